import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime, settle } from '../helpers/clock.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
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

    // Attack: open codes of everyone for an hour, and only then guess at all of them, as often as each allows.
    test('an hour has no more guesses when all codes are opened before the first', async () => {
      const { kits, advance } = await start('opened', 200, 2);
      const people: { identity: string; challenge: string | undefined; isShort: boolean }[] = [];
      for (let step = 0; step < 100; step++) {
        const identity = `user:${step}`;
        const { otp } = kits[step % 2] as (typeof kits)[0];
        const result = await otp.request(identity, { bind: step % 3 > 0 });
        assert.ok(result.status === 'sent');
        people.push({ identity, challenge: result.challenge, isShort: result.codeLength === 6 });
        if (step % 25 === 24) advance(minute);
      }
      let guesses = 0;
      for (const [i, { identity, challenge, isShort }] of people.entries()) {
        const { otp } = kits[i % 2] as (typeof kits)[0];
        for (let guess = 0; guess < 10; guess++) {
          const { status } = await otp.verify(identity, isShort ? '000000' : '0000000000', { challenge });
          if (isShort && status === 'invalid') guesses += 1;
        }
      }
      assert.ok(guesses > 100 && guesses <= 200, `${guesses} guesses at short codes`);
      for (const { otp } of kits) await otp.close();
    });

    // Attack: sign in with mailboxes of one's own all the time, so that attempts come back, and guess at others meanwhile.
    test('an hour has no more guesses at others when the attacker signs in as cover', async () => {
      const { kits, advance } = await start('cover', 200, 2);
      const guessed: number[] = [];
      for (let step = 0; step < 140; step++) {
        const { otp, obtain } = kits[step % 2] as (typeof kits)[0];
        for (let own = 0; own < 4; own++) {
          const identity = `own${own}x${step}@attacker.example`;
          const code = await obtain(identity);
          if (own === 0) await otp.verify(identity, makeWrong(code));
          assert.equal((await otp.verify(identity, code)).status, 'valid');
        }
        for (let other = 0; other < 2; other++) {
          const identity = `victim${step}-${other}@example.com`;
          const result = await otp.request(identity);
          if (result.status !== 'sent' || result.codeLength !== 6) continue;
          for (let guess = 0; guess < 5; guess++) {
            if ((await otp.verify(identity, '000000')).status === 'invalid') guessed.push(step);
          }
        }
        advance(minute);
        await settle();
      }
      for (const first of guessed) {
        const inHour = guessed.filter((step) => step >= first && step < first + 60).length;
        assert.ok(inHour <= 200, `${inHour} guesses in an hour`);
      }
      assert.ok(guessed.length > 200);
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
