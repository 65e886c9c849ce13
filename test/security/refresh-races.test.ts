import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { startRedis } from '../helpers/redis.js';

const rounds = 100;
const racers = 50;

/** Two instances on one store, and the calls that a client makes to either. */
function createKit(store: Store) {
  // By this machine's clock, since that of Redis cannot be moved.
  const options = { store, refreshTokenTtlSeconds: 3600, clock: Date.now };
  const instances = [createTestOtp(options), createTestOtp(options)] as const;
  const call = (instance: number, path: string, body: object) =>
    post((instances[instance % 2] ?? instances[0]).otp.handler, `/api/v1/${path}`, body);
  return {
    async signIn(identity: string) {
      const { body } = await call(0, 'otp/verify', { identity, otp: await instances[0].obtain(identity) });
      return { access: body.access_token, refresh: String(body['refresh_token']) };
    },
    async refresh(instance: number, token: unknown) {
      const { status, body } = await call(instance, 'token/refresh', { refresh_token: token });
      return { status, access: body.access_token, refresh: String(body['refresh_token']) };
    },
    isActive: async (token: string) => (await call(1, 'token/verify', { token })).body.active,
  };
}

const stores: Record<string, () => Promise<Store>> = {
  'the memory store': async () => createMemoryStore(),
  Redis: async () => {
    const server = await startRedis();
    stopAtEnd(() => server.stop());
    const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
    stopAtEnd(() => store.close());
    return store;
  },
};

for (const [name, createStore] of Object.entries(stores)) {
  describe(`on ${name}`, () => {
    // Attack: present one refresh token many times at once, so that each side gets a successor of its own.
    test(`of ${racers} parallel refreshes one wins, ${rounds} times, and the sign-in is over for all of them`, async () => {
      const kit = createKit(await createStore());
      for (let round = 0; round < rounds; round++) {
        const first = await kit.signIn(`person${round}@example.com`);
        const answers = await Promise.all(
          Array.from({ length: racers }, (_, index) => kit.refresh(index, first.refresh)),
        );
        const won = answers.filter(({ status }) => status === 200);
        assert.equal(won.length, 1);
        assert.equal(answers.filter(({ status }) => status === 401).length, racers - 1);
        for (const token of [won[0]?.refresh, first.refresh]) {
          assert.equal((await kit.refresh(round, token)).status, 401);
        }
        // An access token is good for its short life; only a revocation ends it sooner.
        assert.equal(await kit.isActive(won[0]?.access ?? ''), true);
      }
    });

    // Attack: keep an old refresh token, and use it long after its owner has moved on.
    test('any token of the past ends the sign-in, whichever it is', async () => {
      const kit = createKit(await createStore());
      for (let used = 0; used < 4; used++) {
        const chain = [(await kit.signIn(`chain${used}@example.com`)).refresh];
        for (let step = 0; step < 4; step++) {
          const next = await kit.refresh(step, chain.at(-1));
          assert.equal(next.status, 200);
          chain.push(next.refresh);
        }
        const other = await kit.signIn(`other${used}@example.com`);
        assert.equal((await kit.refresh(0, chain[used])).status, 401);
        for (const token of [...chain].reverse()) assert.equal((await kit.refresh(1, token)).status, 401);
        assert.equal((await kit.refresh(1, other.refresh)).status, 200);
      }
    });
  });
}
