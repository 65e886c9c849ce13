import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { OTPClient, OTPError, type OTPStorage } from '../../sdk/javascript/src/index.js';
import { baseUrl, createRefreshingService } from '../helpers/refreshing-service.js';

const identity = 'alice@example.com';

function createMap(): OTPStorage & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

async function signIn(storage?: OTPStorage) {
  const service = createRefreshingService();
  const client = new OTPClient({ baseUrl, fetch: service.fetch, storage });
  await client.verifyOTP(identity, '482931');
  service.calls.length = 0;
  return { service, client };
}

/** Moves the clock of this process to when the access token has expired. */
function expireAccess(t: TestContext) {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 896_000 });
}

const hasCode = (code: string) => (error: unknown) => error instanceof OTPError && error.code === code;

describe('refresh', () => {
  test('calls at the same moment share one exchange', async (t) => {
    const { service, client } = await signIn();
    expireAccess(t);
    const all = await Promise.all([
      client.refresh(),
      client.refresh(),
      ...Array.from({ length: 8 }, () => client.getAccessToken()),
    ]);
    assert.deepEqual(service.paths(), ['/token/refresh']);
    assert.equal(all[0], all[1]);
    assert.ok(all.slice(2).every((token) => token === 'access2'));
    assert.equal((await client.refresh()).refreshToken, 'refresh3');
  });

  test('an access token is refreshed when it has expired, and not before', async (t) => {
    const { service, client } = await signIn();
    assert.equal(await client.getAccessToken(), 'access1');
    assert.deepEqual(service.paths(), []);
    expireAccess(t);
    assert.equal((await client.verifyBearer()).active, true);
    assert.deepEqual(
      service.calls.map(({ path, authorization }) => [path, authorization]),
      [
        ['/token/refresh', null],
        ['/token/verify', 'Bearer access2'],
      ],
    );
  });

  test('who gives up does so alone', async () => {
    const { service, client } = await signIn();
    const release = service.hold();
    const controller = new AbortController();
    const impatient = client.refresh({ signal: controller.signal });
    const patient = client.refresh();
    controller.abort();
    await assert.rejects(impatient, hasCode('aborted'));
    release();
    assert.equal((await patient).accessToken, 'access2');
    assert.deepEqual(service.paths(), ['/token/refresh']);
  });

  test('a refused one signs out; a service that cannot be reached does not', async (t) => {
    const { service, client } = await signIn();
    service.goDown();
    await assert.rejects(client.refresh(), hasCode('network_error'));
    service.goDown(false);
    assert.equal((await client.refresh()).accessToken, 'access2');
    service.end();
    expireAccess(t);
    assert.equal(await client.getAccessToken(), null);
    assert.deepEqual(await client.verifyBearer(), { active: false, claims: null });
    await assert.rejects(client.refresh(), hasCode('invalid_token'));
    assert.deepEqual(service.paths(), ['/token/refresh', '/token/refresh', '/token/refresh']);
  });

  test('without a refresh token there is nothing to exchange, and nothing is sent', async () => {
    const service = createRefreshingService();
    const client = new OTPClient({ baseUrl, fetch: service.fetch });
    await assert.rejects(client.refresh(), hasCode('invalid_token'));
    assert.deepEqual(service.calls, []);
  });
});

describe('logout', () => {
  test('ends the session at the service and here', async () => {
    const { service, client } = await signIn();
    await client.logout();
    assert.deepEqual(service.calls, [
      { path: '/token/logout', body: { refresh_token: 'refresh1' }, authorization: 'Bearer access1' },
    ]);
    assert.equal(await client.getAccessToken(), null);
    await client.logout();
    assert.equal(service.calls.length, 1);
  });

  test('forgets the tokens also when the service cannot be reached', async () => {
    const { service, client } = await signIn();
    service.goDown();
    await assert.rejects(client.logout(), hasCode('network_error'));
    assert.equal(await client.getAccessToken(), null);
  });

  // Attack: the session comes back to life, or lives on at the service, since a refresh was under way at logout.
  test('during a refresh ends what the refresh brings', async () => {
    const { service, client } = await signIn();
    const release = service.hold();
    const refreshed = client.refresh();
    while (service.calls.length === 0) await new Promise(setImmediate);
    const done = client.logout();
    release();
    assert.equal((await refreshed).refreshToken, 'refresh2');
    await done;
    assert.deepEqual(service.calls.at(-1)?.body, { refresh_token: 'refresh2' });
    assert.equal(await client.getAccessToken(), null);
    assert.ok(service.isEnded());
  });
});

describe('logoutAll', () => {
  test('tells the service, with a token that has not expired, and then forgets the tokens', async (t) => {
    const { service, client } = await signIn();
    expireAccess(t);
    await client.logoutAll();
    assert.deepEqual(service.paths(), ['/token/refresh', '/token/logout-all']);
    assert.equal(service.calls.at(-1)?.authorization, 'Bearer access2');
    assert.equal(await client.getAccessToken(), null);
    await assert.rejects(client.logoutAll(), hasCode('invalid_token'));
    assert.equal(service.calls.length, 2);
  });

  test('keeps the tokens until it has been done', async () => {
    const { service, client } = await signIn();
    service.goDown();
    await assert.rejects(client.logoutAll(), hasCode('network_error'));
    service.goDown(false);
    await client.logoutAll();
    assert.equal(await client.getAccessToken(), null);
  });
});

describe('storage', () => {
  test('another client on the same storage continues with the session and the challenges', async () => {
    const storage = createMap();
    const { service, client } = await signIn(storage);
    const { challenge } = await client.requestOTP('bob@example.com', { bind: true });
    const other = new OTPClient({ baseUrl: `${baseUrl}/`, fetch: service.fetch, storage });
    assert.equal(await other.getAccessToken(), 'access1');
    await other.verifyOTP('bob@example.com', '482931');
    assert.equal(service.calls.at(-1)?.body['challenge'], challenge);
    await other.logout();
    assert.equal(await client.getAccessToken(), null);
    assert.equal(storage.items.size, 0);
  });

  test('null and the empty text are as good as no option, for the challenge that is remembered too', async () => {
    for (const unset of [null, '' as never, undefined]) {
      const { service, client } = await signIn();
      const { challenge } = await client.requestOTP(identity, {
        bind: true,
        purpose: unset,
        challenge: unset,
      });
      await client.verifyOTP(identity, '482931', { purpose: undefined, challenge: unset });
      assert.ok(challenge);
      assert.equal(service.calls.at(-1)?.body['challenge'], challenge);
    }
  });

  test('a client of another service finds nothing there', async () => {
    const storage = createMap();
    const { service } = await signIn(storage);
    const other = new OTPClient({ baseUrl: 'http://elsewhere/api/v1', fetch: service.fetch, storage });
    assert.equal(await other.getAccessToken(), null);
  });

  test('it may be asynchronous', async () => {
    const map = createMap();
    const storage: OTPStorage = {
      getItem: async (key) => map.getItem(key) as string | null,
      setItem: async (key, value) => map.setItem(key, value),
      removeItem: async (key) => map.removeItem(key),
    };
    const { client } = await signIn(storage);
    await Promise.all([
      client.requestOTP('bob@example.com', { bind: true }),
      client.requestOTP('carol@example.com', { bind: true }),
    ]);
    assert.equal(await client.getAccessToken(), 'access1');
    const [kept = ''] = map.items.values();
    assert.equal(Object.keys(JSON.parse(kept).challenges).length, 2);
  });

  test('one that throws, as where cookies are forbidden or it is full, is given up for memory', async () => {
    const refuse = () => {
      throw new Error('QuotaExceededError');
    };
    const stuck = createMap();
    for (const storage of [
      { getItem: refuse, setItem: refuse, removeItem: refuse },
      { ...stuck, setItem: refuse },
      { ...stuck, setItem: async () => refuse() },
    ]) {
      const { service, client } = await signIn(storage);
      assert.equal(await client.getAccessToken(), 'access1');
      await client.requestOTP(identity, { bind: true });
      await client.verifyOTP(identity, '482931');
      assert.ok(service.calls.at(-1)?.body['challenge']);
      await client.logout();
      assert.equal(await client.getAccessToken(), null);
    }
  });

  // Attack: what lies in the storage was written by an older version, another program or an attacker.
  test('nonsense in it is as good as nothing, and never becomes a header', async () => {
    const service = createRefreshingService();
    const at = Number.MAX_SAFE_INTEGER;
    const nonsense = [
      '',
      'null',
      '[]',
      '{',
      '42',
      JSON.stringify({ tokens: 'access' }),
      JSON.stringify({ tokens: { accessToken: 'a\r\nX-Admin: yes', expiresAt: at } }),
      JSON.stringify({ tokens: { accessToken: 'access', expiresAt: 'soon' } }),
      JSON.stringify({ tokens: { accessToken: { toString: 'access' }, expiresAt: at } }),
    ];
    for (const text of nonsense) {
      const storage = { getItem: () => text, setItem() {}, removeItem() {} };
      const client = new OTPClient({ baseUrl, fetch: service.fetch, storage });
      assert.deepEqual(await client.verifyBearer(), { active: false, claims: null }, text);
    }
    const poisoned = `{"challenges":{"__proto__":{"polluted":1}," ${identity}":7}}`;
    const client = new OTPClient({
      baseUrl,
      fetch: service.fetch,
      storage: { getItem: () => poisoned, setItem() {}, removeItem() {} },
    });
    await client.verifyOTP(identity, '482931');
    assert.equal(service.calls.at(-1)?.body['challenge'], undefined);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test('challenges that are never used up do not pile up', async () => {
    const storage = createMap();
    const { client } = await signIn(storage);
    for (let person = 0; person < 50; person += 1) {
      await client.requestOTP(`person${person}@example.com`, { bind: true });
    }
    const [kept = ''] = storage.items.values();
    const names = Object.keys(JSON.parse(kept).challenges);
    assert.equal(names.length, 20);
    assert.equal(names.at(-1), ' person49@example.com');
  });
});

test('nothing of a session shows when a client is printed', async () => {
  const { inspect } = await import('node:util');
  const { client } = await signIn();
  assert.doesNotMatch(
    inspect(client, { depth: 10, showHidden: true }) + JSON.stringify(client),
    /access1|refresh1/,
  );
});
