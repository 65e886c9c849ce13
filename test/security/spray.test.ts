import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const hour = 3_600_000;
const minute = 60_000;

interface Kit {
  store: Store;
  advance(ms: number): void;
  time: ReturnType<typeof createManualTime>;
}

function describeSprays(name: string, createKit: (id: string) => Promise<Kit>): void {
  describe(`guessing at everyone, on ${name}`, () => {
    /** Processes that share a store, and so the attempts of an hour. */
    async function start(id: string, shortOpenMax: number, processes = 1) {
      const kit = await createKit(id);
      const open = () => createTestOtp({ store: kit.store, time: kit.time, shortOpenMax });
      return { ...kit, kits: Array.from({ length: processes }, open) };
    }

    // Attack: ask for a code of everyone, and guess at each as often as it allows.
    test('short codes have at most as many attempts in any hour as the limit, over all processes', async () => {
      const { kits, advance } = await start('spray', 200, 3);
      const given: { at: number; attempts: number }[] = [];
      for (let step = 0, now = 0; step < 130; step++) {
        for (let i = 0; i < 4; i++) {
          const { otp } = kits[i % 3] as (typeof kits)[0];
          const result = await otp.request(`user:${step}-${i}`);
          if (result.status === 'sent' && result.codeLength === 6) given.push({ at: now, attempts: 5 });
        }
        advance(minute);
        now += minute;
      }
      for (const { at } of given) {
        const inHour = given.filter((one) => one.at >= at && one.at < at + hour);
        const attempts = inHour.reduce((sum, one) => sum + one.attempts, 0);
        assert.ok(attempts <= 200, `${attempts} attempts`);
      }
      // As much as there is room for, apart from what processes hold.
      assert.ok(given.length * 5 >= 300, `${given.length * 5} in all`);
      for (const { otp } of kits) await otp.close();
    });

    test('attempts of codes that are used come back, so sign-ins have no limit', async () => {
      const { kits, advance } = await start('used', 50, 2);
      for (let i = 0; i < 300; i++) {
        const [here, there] = [kits[i % 2], kits[(i + 1) % 2]] as [(typeof kits)[0], (typeof kits)[0]];
        const code = await here.obtain(`user:${i}`);
        assert.equal(code.length, 6, `sign-in ${i}`);
        assert.equal((await there.otp.verify(`user:${i}`, code)).status, 'valid');
        if (i % 10 === 9) {
          advance(minute);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      for (const { otp } of kits) await otp.close();
    });

    test('once the hour has no room, codes are long until it has, and they work', async () => {
      const { kits, advance } = await start('full', 50);
      const [{ otp, obtain }] = kits as [(typeof kits)[0]];
      for (let i = 0; i < 10; i++) assert.equal((await obtain(`early:${i}`)).length, 6);
      const code = await obtain('late:1');
      assert.equal(code.length, 10);
      assert.equal((await otp.verify('late:1', code)).status, 'valid');
      advance(hour + 3 * minute);
      assert.equal((await obtain('next:1')).length, 6);
      await otp.close();
    });
  });
}

describeSprays('the memory store', async () => {
  const time = createManualTime();
  const store = createMemoryStore({ clock: time.clock });
  return { store, advance: (ms: number) => time.clock.advance(ms), time };
});

describe('with Redis', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  describeSprays('Redis', async (id) => {
    let offsetMs = 0;
    const time = createManualTime();
    const url = redis.url;
    const store = await createRedisStore({
      url,
      keyPrefix: `${id}:`,
      timeoutMs: 10_000,
      testClockOffsetMs: () => offsetMs,
    });
    const advance = (ms: number) => {
      offsetMs += ms;
      time.clock.advance(ms);
    };
    return { store, advance, time };
  });
});
