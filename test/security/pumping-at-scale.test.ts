import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime } from '../helpers/clock.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const dayMs = 86_400_000;
const requests = 100_000;
const atOnce = 50;
const ownNumbers = 1000;
const floor = 100;

/** Each in a network of its own. */
const addressOf = (number: number) =>
  `2001:${(0x1000 + (number >> 8)).toString(16)}:${(number & 255).toString(16)}::1`;
const premium = [
  '+19005551234',
  '+447640123456',
  '+33899123456',
  '+499001234567',
  '+448712345678',
  '+881612345678',
];
/** Mobile numbers of foreign countries: many of one prefix, and each of another one. */
const foreign: Record<string, (number: number) => string> = {
  FR: (number) => `+336${10_000_000 + (number % 2 ? number % 9000 : number * 97)}`,
  ES: (number) => `+346${10_000_000 + (number % 2 ? number % 9000 : number * 89)}`,
  GB: (number) => `+4474${10_000_000 + (number % 2 ? number % 9000 : number * 83)}`,
  AT: (number) => `+43664${1_000_000 + (number % 2 ? number % 9000 : number * 13)}`,
};
const countries = Object.keys(foreign);
const countryOf = (to: string) =>
  ({ '+336': 'FR', '+346': 'ES', '+447': 'GB', '+436': 'AT', '+393': 'IT' })[to.slice(0, 4)];
const ownNumberOf = (own: number) => `+393${300_000_000 + own * 100_007}`;

interface Kit {
  store: Store;
  time: ReturnType<typeof createManualTime>;
  advance(ms: number): void;
}

function describePumping(name: string, createKit: () => Promise<Kit>): void {
  // Attack: a day of pumping from a botnet: premium numbers, foreign ones, and a thousand of one's own that type their codes and
  // keep their device tokens.
  test(`100 000 requests from as many addresses get the stated figures, on ${name}`, async () => {
    const { store, time, advance } = await createKit();
    const { otp, inbox } = createTestOtp({ store, time, dayBudgets: 'enforce' });
    stopAtEnd(() => otp.close());
    const devices = new Map<number, string>();
    const sent = new Map<string, number>();
    const perPrefix = new Map<string, number>();
    const verified = { unknown: 0, known: 0 };
    const unused = { unknown: 0, known: 0 };
    let colleagues = 0;
    const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

    async function pump(i: number) {
      const kind = i % 10;
      if (kind === 0) {
        const result = await otp.request(premium[i % premium.length], { ip: addressOf(i) });
        assert.equal(result.status, 'unsupported_number');
      } else if (kind < 8) {
        const country = countries[i % countries.length] as string;
        const to = foreign[country]?.(i) as string;
        const result = await otp.request(to, { ip: addressOf(i), channel: i % 3 ? 'sms' : 'voice' });
        assert.ok(result.status === 'sent' || result.status === 'rate_limited', `${to}: ${result.status}`);
      } else {
        await pumpOwn(i, (Math.floor(i / 10) + (kind % 2) * 500) % ownNumbers, kind === 8);
      }
    }

    async function pumpOwn(i: number, own: number, isTyped: boolean) {
      const to = ownNumberOf(own);
      const device = devices.get(own);
      const side = device ? 'known' : 'unknown';
      const result = await otp.request(to, { ip: addressOf(i), device });
      if (result.status !== 'sent') return assert.equal(result.status, 'rate_limited', to);
      if (!isTyped) {
        unused[side] += 1;
        return;
      }
      const { challenge } = result;
      const code = inbox.messages.findLast((message) => message.to === to)?.code;
      const typed = await otp.verify(to, code, { challenge, device, remember: true });
      assert.equal(typed.status, 'valid');
      if (typed.status === 'valid' && typed.device) devices.set(own, typed.device);
      verified[side] += 1;
    }

    function collect(hour: number) {
      for (const { to } of inbox.messages) {
        const country = countryOf(to) ?? 'DE';
        add(sent, country);
        if (country !== 'IT' && country !== 'DE') add(perPrefix, `${to.slice(0, -4)} in hour ${hour}`);
      }
      inbox.messages.length = 0;
    }

    /** They have neighbouring numbers, work in one office, and sign in over a working day. */
    async function signInColleague() {
      const to = `+49151${10_000_000 + colleagues}`;
      const ip = `203.0.113.${colleagues % 8}`;
      assert.equal((await otp.request(to, { ip })).status, 'sent', `colleague ${colleagues}`);
      const code = inbox.lastCode();
      assert.equal((await otp.verify(to, code, { ip })).status, 'valid', `colleague ${colleagues}`);
      collect(0);
      colleagues += 1;
    }

    const steps = requests / atOnce;
    for (let step = 0; step < steps; step++) {
      const hour = Math.floor((step * 24) / steps);
      const batch = Array.from({ length: atOnce }, (_, index) => step * atOnce + index);
      await Promise.all(batch.map(pump));
      collect(hour);
      if (hour >= 8 && hour < 16 && colleagues < 200 && step % 3 === 0) await signInColleague();
      advance(dayMs / steps);
    }
    assert.equal(colleagues, 200);
    for (const country of countries) assert.equal(sent.get(country), floor, country);
    // Hours of the test may lie across two rolling ones.
    for (const [prefix, count] of perPrefix) assert.ok(count <= 40, `${prefix}: ${count}`);
    for (const side of ['unknown', 'known'] as const) {
      const counted = unused[side] + verified[side] / 5;
      const most = Math.max(floor, verified[side]);
      assert.ok(counted <= most + 1, `${side}: ${unused[side]} unused next to ${verified[side]} verified`);
    }
  });
}

describePumping('the memory store', async () => {
  const time = createManualTime();
  const store = createMemoryStore({ clock: time.clock, maxEntries: 1_000_000 });
  return { store, time, advance: (ms) => time.clock.advance(ms) };
});

describe('with Redis', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  describePumping('Redis', async () => {
    let offsetMs = 0;
    const time = createManualTime();
    const store = await createRedisStore({
      url: redis.url,
      timeoutMs: 10_000,
      testClockOffsetMs: () => offsetMs,
    });
    const advance = (ms: number) => {
      offsetMs += ms;
      time.clock.advance(ms);
    };
    return { store, time, advance };
  });
});
