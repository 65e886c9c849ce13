import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OtpError } from '../../src/errors.js';
import type { Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createManualTime, type ManualClock } from '../helpers/clock.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { startRedis } from '../helpers/redis.js';

const ttlMs = 900_000;

/** A service, and browsers that keep the cookie of a session. */
function createKit(store: Store, advance: (ms: number) => void, clock: () => number) {
  const kit = createTestOtp({ store, clock, refreshTokenTtlSeconds: 30 * 86_400 });
  const openBrowser = (token: string) => {
    let cookie = token;
    return {
      get cookie() {
        return cookie;
      },
      async visit(more: Record<string, string> = {}) {
        const headers = { Cookie: `__Host-otp_session=${cookie}`, ...more };
        const answer = await kit.otp.handler(new Request('http://localhost/authz/auth-request', { headers }));
        const [, renewed] = /otp_session=([\w.-]+)/.exec(answer.headers.get('set-cookie') ?? '') ?? [];
        if (renewed) cookie = renewed;
        return { status: answer.status, isRenewed: renewed !== undefined };
      },
    };
  };
  return {
    advance,
    openBrowser,
    async signIn(identity = 'alice@example.com') {
      const result = await kit.otp.verify(identity, await kit.obtain(identity), { session: true });
      assert.ok(result.status === 'valid');
      return openBrowser(result.accessToken);
    },
  };
}

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
  describe(`a copied session cookie, on ${name}`, () => {
    const start = async (change = (store: Store) => store) => {
      const { clock } = createManualTime();
      return createKit(change(await createStore(clock)), clock.advance, clock);
    };

    // Attack: copy the cookie of someone who is signed in, and have it renewed next to the owner's for as long as sign-ins last.
    for (const isThiefFirst of [true, false]) {
      test(`that is renewed ${isThiefFirst ? 'before' : 'after'} the original ends the session for both`, async () => {
        const kit = await start();
        const owner = await kit.signIn();
        const other = await kit.signIn();
        const thief = kit.openBrowser(owner.cookie);
        const [first, second] = isThiefFirst ? [thief, owner] : [owner, thief];
        kit.advance(ttlMs / 2 + 2000);
        assert.deepEqual(await first.visit(), { status: 200, isRenewed: true });
        kit.advance(11_000);
        assert.deepEqual(await second.visit(), { status: 401, isRenewed: false });
        assert.equal((await first.visit()).status, 401);
        assert.deepEqual(await other.visit(), { status: 200, isRenewed: true });
      });
    }

    // Attack: renew the copy within the seconds in which a browser's own requests are all renewed.
    test('that is renewed together with the original ends the session the next time they part', async () => {
      const kit = await start();
      const owner = await kit.signIn();
      const thief = kit.openBrowser(owner.cookie);
      kit.advance(ttlMs / 2 + 2000);
      await Promise.all([owner.visit(), thief.visit()]);
      kit.advance(ttlMs / 2 + 2000);
      assert.deepEqual(await owner.visit(), { status: 200, isRenewed: true });
      kit.advance(11_000);
      assert.equal((await thief.visit()).status, 401);
      assert.equal((await owner.visit()).status, 401);
    });

    test('is nothing that a browser with many requests at once looks like', async () => {
      const kit = await start();
      const owner = await kit.signIn();
      for (let renewals = 0; renewals < 5; renewals++) {
        kit.advance(ttlMs / 2 + 2000);
        const straggler = kit.openBrowser(owner.cookie);
        const pages = Array.from({ length: 10 }, () => kit.openBrowser(owner.cookie));
        const answers = await Promise.all([owner, ...pages].map((browser) => browser.visit()));
        for (const answer of answers) assert.deepEqual(answer, { status: 200, isRenewed: true });
        kit.advance(9000);
        assert.deepEqual(await straggler.visit(), { status: 200, isRenewed: true });
      }
    });

    // Attack: have someone's browser send a request that is refused, so that the new cookie never arrives.
    test('is nothing that a refused request looks like', async () => {
      const kit = await start();
      const owner = await kit.signIn();
      kit.advance(ttlMs / 2 + 2000);
      assert.deepEqual(await owner.visit({ 'Remote-Role': 'admin' }), { status: 403, isRenewed: false });
      kit.advance(11_000);
      assert.deepEqual(await owner.visit(), { status: 200, isRenewed: true });
    });

    test('is nothing that a store whose answer is lost looks like', async () => {
      let isSilent = false;
      const kit = await start((store) => ({
        ...store,
        async claim(key, ttlSeconds) {
          const isFirst = await store.claim(key, ttlSeconds);
          if (isSilent && key.startsWith('renewed')) {
            throw new OtpError('store_unavailable', 'The store does not answer');
          }
          return isFirst;
        },
      }));
      const owner = await kit.signIn();
      kit.advance(ttlMs / 2 + 2000);
      isSilent = true;
      assert.deepEqual(await owner.visit(), { status: 200, isRenewed: true });
      isSilent = false;
      kit.advance(ttlMs / 2 + 2000);
      assert.deepEqual(await owner.visit(), { status: 200, isRenewed: true });
    });
  });
}
