import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../src/index.js';
import type { OtpOptions } from '../../src/otp.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime, type ManualClock } from '../helpers/clock.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { startRedis } from '../helpers/redis.js';

const alice = 'alice@example.com';
const bind = true;
const otherKey = Buffer.from('vutsrqponmlkjihgfedcba9876543210').toString('base64');

const stores: Record<string, (clock: ManualClock) => Promise<Store>> = {
  'the memory store': async (clock) => createMemoryStore({ clock }),
  async Redis(clock) {
    const server = await startRedis();
    stopAtEnd(() => server.stop());
    const startedAt = clock();
    const store = await createRedisStore({
      url: server.url,
      timeoutMs: 10_000,
      testClockOffsetMs: () => clock() - startedAt,
    });
    stopAtEnd(() => store.close());
    return store;
  },
};

for (const [name, createStore] of Object.entries(stores)) {
  describe(`why a code is called expired is in the log and nowhere else, on ${name}:`, () => {
    async function start(options: Partial<OtpOptions> = {}) {
      const { clock } = createManualTime();
      const store = await createStore(clock);
      /** A process of the installation. */
      const create = (changes: Parameters<typeof createTestOtp>[0] = {}) => {
        const { lines, logger } = keepLines();
        const kit = createTestOtp({ store, clock, logger, identityKey: otherKey, ...options, ...changes });
        const ask = async (identity: string, code: string, challenge?: string) => {
          assert.deepEqual(await kit.otp.verify(identity, code, { challenge }), { status: 'expired' });
          const { event, status, cause } = lines.at(-1) ?? {};
          assert.deepEqual([event, status], ['code.refused', 'expired']);
          return cause;
        };
        return { ...kit, ask };
      };
      return { ...create(), create, clock };
    }
    const challengeOf = async (kit: Awaited<ReturnType<typeof start>>, challenge?: string) => {
      const sent = await kit.otp.request(alice, { bind, challenge });
      return sent.status === 'sent' ? sent.challenge : undefined;
    };

    test('nobody asked for one', async () => {
      const { ask } = await start();
      assert.equal(await ask(alice, '123456'), 'never_requested');
      assert.equal(await ask(alice, '123456', 'a7AszVyXGPLrLZ4q7nHbaQ'), 'never_requested');
    });

    test('it was used, here or elsewhere', async () => {
      const { ask, obtain, otp, create } = await start();
      const code = await obtain(alice);
      await otp.verify(alice, code);
      assert.equal(await ask(alice, code), 'used');
      assert.equal(await create().ask(alice, code), 'gone');
    });

    test('its time is over', async () => {
      const { ask, obtain, clock } = await start();
      const code = await obtain(alice);
      clock.advance(301_000);
      assert.equal(await ask(alice, code), 'expired');
    });

    test('it was replaced', async () => {
      const kit = await start({ resend: 'rotate' });
      const first = await challengeOf(kit);
      const code = kit.inbox.lastCode();
      await challengeOf(kit, first);
      assert.equal(await kit.ask(alice, code, first), 'replaced');
    });

    test('its challenge is missing', async () => {
      const kit = await start();
      await challengeOf(kit);
      assert.equal(await kit.ask(alice, kit.inbox.lastCode()), 'other_challenge');
    });

    test('a provider had refused its message', async () => {
      const kit = await start();
      const refused = kit.create({
        answer: () => ({ ok: false, category: 'rejected', retryable: false, detail: 'test' }),
      });
      await refused.otp.request(alice);
      assert.equal(await refused.ask(alice, refused.inbox.lastCode()), 'withdrawn');
    });

    test('its key is not configured any more', async () => {
      const { obtain, create } = await start();
      const code = await obtain(alice);
      assert.equal(await create({ secretKey: otherKey }).ask(alice, code), 'key_retired');
    });
  });
}
