import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const alice = 'alice@example.com';
const minute = 60_000;
const day = 24 * 60 * minute;

/** The same numbers each time: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type CreateKit = (name: string) => Promise<{
  store: Store;
  advance(ms: number): void;
  time: ReturnType<typeof createManualTime>;
}>;

function describeOwners(name: string, days: number, createKit: CreateKit): void {
  async function start(id: string) {
    const { store, time, advance } = await createKit(id);
    return { ...createTestOtp({ store, time, shortOpenMax: 2000 }), advance };
  }

  describe(`an owner, on ${name}`, () => {
    // Attack: nobody attacks. An owner who mistypes as people do is not to pay for it.
    test('who signs in daily with bound codes and mistypes one in five has short codes only', async () => {
      const { otp, inbox, wrong, advance } = await start('page');
      const random = createRandom(1);
      for (let i = 0; i < days; i++) {
        const sent = await otp.request(alice, { bind: true });
        assert.ok(sent.status === 'sent' && sent.codeLength === 6, `day ${i}`);
        const { challenge } = sent;
        const code = inbox.lastCode();
        for (let typos = 0; typos < 4 && random() < 0.2; typos++) {
          assert.equal((await otp.verify(alice, wrong(code), { challenge })).status, 'invalid');
        }
        assert.equal((await otp.verify(alice, code, { challenge })).status, 'valid');
        inbox.messages.length = 0;
        advance(day);
      }
      await otp.close();
    });

    test('who signs in four times a day through the bare API with 3 % typos is never refused, and has few long codes', async () => {
      const { otp, inbox, wrong, advance } = await start('api');
      const random = createRandom(2);
      let long = 0;
      for (let i = 0; i < days * 4; i++) {
        const sent = await otp.request(alice);
        assert.ok(sent.status === 'sent', `sign-in ${i}`);
        if (sent.codeLength !== 6) long += 1;
        const code = inbox.lastCode();
        if (random() < 0.03) assert.equal((await otp.verify(alice, wrong(code))).status, 'invalid');
        assert.equal((await otp.verify(alice, code)).status, 'valid', `sign-in ${i}`);
        inbox.messages.length = 0;
        advance(day / 4);
      }
      assert.ok(long <= days * 4 * 0.1, `${long} long codes`);
      await otp.close();
    });

    // Attack: from one address ask for codes of the owner, spend their attempts, and come back, all the time.
    test('whose attempts a stranger spends all the time signs in 145 of 145 times with bound codes', async () => {
      const { otp, inbox, wrong, advance } = await start('attacked');
      let signIns = 0;
      for (let i = 0; i < 145; i++) {
        for (const bind of [false, true]) {
          const sent = await otp.request(alice, { bind, ip: '198.51.100.7' });
          if (sent.status !== 'sent') continue;
          const { challenge } = sent;
          const code = inbox.lastCode();
          for (let guess = 0; guess < 5; guess++) {
            await otp.verify(alice, wrong(code), { challenge, ip: '198.51.100.7' });
          }
        }
        const mine = await otp.request(alice, { bind: true, ip: '192.0.2.1' });
        assert.equal(mine.status, 'sent', `sign-in ${i}`);
        const { challenge } = mine.status === 'sent' ? mine : {};
        const code = inbox.lastCode();
        // The stranger guesses on while the owner reads the message.
        for (let guess = 0; guess < 5; guess++) {
          await otp.verify(alice, wrong(code), { ip: '198.51.100.7' });
        }
        const result = await otp.verify(alice, code, { challenge, ip: '192.0.2.1' });
        if (result.status === 'valid') signIns += 1;
        inbox.messages.length = 0;
        advance(10 * minute);
      }
      assert.equal(signIns, 145);
      await otp.close();
    });
  });
}

describeOwners('the memory store', 365, async () => {
  const time = createManualTime();
  const store = createMemoryStore({ clock: time.clock });
  return { store, advance: (ms) => time.clock.advance(ms), time };
});

describe('with Redis', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  describeOwners('Redis', 120, async (name) => {
    let offsetMs = 0;
    const time = createManualTime();
    const store = await createRedisStore({
      url: redis.url,
      keyPrefix: `${name}:`,
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
