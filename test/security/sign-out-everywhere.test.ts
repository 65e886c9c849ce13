import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { generateApiKey, type Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const client = generateApiKey();

/** Two instances on one store, whose clocks differ from each other's. */
function createKit(store: Store, skewMs = 0) {
  const create = (ms: number) =>
    createTestOtp({
      store,
      refreshTokenTtlSeconds: 3600,
      requestIdentityMax: 1000,
      verifyIdentityMax: 1000,
      requestIpMax: 0,
      verifyIpMax: 0,
      introspectClients: [{ name: 'api', hash: client.hash }],
      // By this machine's clock, since that of Redis cannot be moved.
      clock: () => Date.now() + ms,
    });
  const instances = [create(skewMs), create(-skewMs)] as const;
  const at = (index: number) => instances[index % 2] ?? instances[0];
  const call = (index: number, path: string, body: object, headers = {}) =>
    post(at(index).otp.handler, path, body, headers);
  const get = async (index: number, path: string, headers: Record<string, string>) =>
    at(index).otp.handler(new Request(`http://localhost${path}`, { headers }));

  const verify = async (index: number, identity: string, otp: string) => {
    const { status, body } = await call(index, '/api/v1/otp/verify', { identity, otp });
    return { status, access: body.access_token, refresh: String(body['refresh_token']) };
  };
  return {
    obtain: (identity: string, index = 0) => at(index).obtain(identity),
    verify,
    signIn: async (identity: string) => verify(0, identity, await instances[0].obtain(identity)),
    async startSession(identity: string) {
      const result = await instances[0].otp.verify(identity, await instances[0].obtain(identity), {
        session: true,
      });
      assert.ok(result.status === 'valid');
      return result.accessToken;
    },
    refresh: async (index: number, token: string) => {
      const { status, body } = await call(index, '/api/v1/token/refresh', { refresh_token: token });
      return { status, access: body.access_token, refresh: String(body['refresh_token']) };
    },
    logoutAll: (index: number, token: string) =>
      call(index, '/api/v1/token/logout-all', {}, { Authorization: `Bearer ${token}` }),
    /** Where a token is accepted, of all places that check one. */
    async findDoors(token: string) {
      const bearer = { Authorization: `Bearer ${token}` };
      const cookie = { Cookie: `__Host-otp_session=${token}` };
      const basic = `Basic ${Buffer.from(`api:${client.key}`).toString('base64')}`;
      const open: string[] = [];
      for (const [index] of instances.entries()) {
        const note = (isOpen: boolean, door: string) => void (isOpen && open.push(`${door} ${index}`));
        note((await call(index, '/api/v1/token/verify', { token })).body.active, 'verify');
        note((await get(index, '/api/v1/token/verify', bearer)).status === 200, 'bearer');
        note((await get(index, '/authz/auth-request', bearer)).status === 200, 'gate');
        note((await get(index, '/authz/auth-request', cookie)).status === 200, 'gate with a cookie');
        note((await get(index, '/authz/forward-auth', cookie)).status === 200, 'forward gate');
        const introspected = await at(index).otp.handler(
          new Request('http://localhost/oauth/introspect', {
            method: 'POST',
            headers: { Authorization: basic, 'Content-Type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({ token }),
          }),
        );
        note(((await introspected.json()) as { active: boolean }).active, 'introspect');
        note((await at(index).otp.verifyToken(token)).active, 'library');
      }
      return open;
    },
  };
}

const allDoors = 7 * 2;

const stores: Record<string, () => Promise<{ store: Store; server?: RedisServer }>> = {
  'the memory store': async () => ({ store: createMemoryStore() }),
  Redis: async () => {
    const server = await startRedis();
    stopAtEnd(() => server.stop());
    const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
    stopAtEnd(() => store.close());
    return { store, server };
  },
};

for (const [name, createStore] of Object.entries(stores)) {
  describe(`on ${name}`, () => {
    // Attack: keep using what was stolen, after its owner has signed out everywhere.
    test('everything from before is refused at every door, and what comes after works at once', async () => {
      const { store } = await createStore();
      for (const skewMs of [0, 100_000, -100_000]) {
        const kit = createKit(store, skewMs);
        const alice = `alice${skewMs}@example.com`;
        const [first, second, session, other] = [
          await kit.signIn(alice),
          await kit.signIn(alice),
          await kit.startSession(alice),
          await kit.signIn(`bob${skewMs}@example.com`),
        ];
        for (const token of [first.access, session]) {
          assert.equal((await kit.findDoors(token)).length, allDoors);
        }
        const pending = await kit.obtain(alice);

        const answer = await kit.logoutAll(1, first.access);
        assert.deepEqual([answer.status, answer.body], [200, { success: true }]);

        for (const token of [first.access, second.access, session]) {
          assert.deepEqual(await kit.findDoors(token), []);
          assert.equal((await kit.logoutAll(0, token)).status, 401);
        }
        for (const { refresh } of [first, second]) assert.equal((await kit.refresh(0, refresh)).status, 401);
        assert.equal((await kit.verify(0, alice, pending)).status, 410);
        assert.equal((await kit.findDoors(other.access)).length, allDoors);
        assert.equal((await kit.refresh(1, other.refresh)).status, 200);

        const again = await kit.signIn(alice);
        assert.equal((await kit.findDoors(again.access)).length, allDoors);
        const refreshed = await kit.refresh(1, again.refresh);
        assert.equal((await kit.findDoors(refreshed.access)).length, allDoors);
        assert.equal((await kit.findDoors(await kit.startSession(alice))).length, allDoors);
        // Again within the same second.
        assert.equal((await kit.logoutAll(0, refreshed.access)).status, 200);
        for (const { access } of [again, refreshed]) assert.deepEqual(await kit.findDoors(access), []);
        assert.equal((await kit.refresh(0, refreshed.refresh)).status, 401);
      }
    });

    // Attack: verify, refresh and renew at the very moment of the sign-out, so that one of the tokens slips through.
    test('of fifty calls that race a sign-out none brings a token that lives', async () => {
      const kit = createKit((await createStore()).store);
      for (let round = 0; round < 20; round++) {
        const alice = `alice${round}@example.com`;
        const bearer = await kit.signIn(alice);
        const sustained = await Promise.all(Array.from({ length: 16 }, () => kit.signIn(alice)));
        const session = await kit.startSession(alice);
        const code = await kit.obtain(alice);
        const race = Array.from(
          { length: 50 },
          (_, index) => async (): Promise<{ access?: string; refresh?: string }> => {
            if (index === round * 2) await kit.logoutAll(index, bearer.access);
            else if (index % 3 === 0) return kit.verify(index, alice, code);
            else if (index % 3 === 1) return kit.refresh(index, sustained[(index - 1) / 3]?.refresh ?? '');
            else await kit.findDoors(session);
            return {};
          },
        );
        const won = await Promise.all(race.map((call) => call()));
        for (const { access, refresh } of won) {
          if (access === undefined) continue;
          assert.deepEqual(await kit.findDoors(access), []);
          assert.equal((await kit.refresh(0, refresh ?? '')).status, 401);
        }
        assert.deepEqual(await kit.findDoors(session), []);
        assert.equal((await kit.findDoors((await kit.signIn(alice)).access)).length, allDoors);
      }
    });

    test('only an active token of a sign-in signs out everywhere', async () => {
      const { store } = await createStore();
      const { otp, obtain } = createTestOtp({ store, purposes: ['sign-in', 'payment'], clock: Date.now });
      const identity = 'alice@example.com';
      const issue = async (purpose: string) => {
        const result = await otp.verify(identity, await obtain(identity, { purpose }), { purpose });
        assert.ok(result.status === 'valid');
        return result.accessToken;
      };
      const [signIn, payment] = [await issue('sign-in'), await issue('payment')];
      for (const headers of [{}, { Authorization: 'Bearer x' }, { Authorization: `Bearer ${payment}` }]) {
        const { status, body } = await post(otp.handler, '/api/v1/token/logout-all', {}, headers);
        assert.deepEqual([status, body.code], [401, 'invalid_token']);
      }
      assert.equal((await otp.verifyToken(signIn)).active, true);
      await post(otp.handler, '/api/v1/token/logout-all', '', { Authorization: `Bearer ${signIn}` });
      for (const token of [signIn, payment])
        assert.deepEqual(await otp.verifyToken(token), { active: false });
    });
  });
}

test('a store that has lost its data refuses every refresh token, and access tokens live until they expire', async () => {
  const { store, server } = await (stores['Redis'] as () => Promise<{ store: Store; server: RedisServer }>)();
  const kit = createKit(store);
  const signedIn = await kit.signIn('alice@example.com');
  await kit.logoutAll(0, signedIn.access);
  await server?.client.flushall();
  assert.equal((await kit.refresh(0, signedIn.refresh)).status, 401);
  assert.equal((await kit.findDoors(signedIn.access)).length, allDoors);
});

test('a store from before there were sign-outs serves all else, and says that it cannot do that', async () => {
  const { clear: _clear, ended: _ended, ...old } = createMemoryStore();
  const store = {
    ...old,
    consume: async (request: Parameters<Store['consume']>[0]) => (await old.consume(request)) !== false,
  };
  const kit = createKit(store);
  const { access, refresh } = await kit.signIn('alice@example.com');
  const answer = await kit.logoutAll(0, access);
  assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
  assert.equal((await kit.findDoors(access)).length, allDoors);
  assert.equal((await kit.refresh(0, refresh)).status, 200);
  assert.throws(
    () => createTestOtp({ store: { ...store, ended: async () => false } }),
    /^TypeError: store must have clear, ended/,
  );
});
