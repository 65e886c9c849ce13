import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateSecretKey, type OtpOptions, type Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp, post, secretKey } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const ttlSeconds = 15_552_000;
const alice = 'alice@example.com';

interface Stored {
  store: Store;
  /** Moves the clock of the store alone. */
  advance(ms: number): void;
}

function createStored(): Stored {
  let offset = 0;
  const advance = (ms: number) => {
    offset += ms;
  };
  const store = createMemoryStore({ clock: () => Date.now() + offset });
  return { store, advance };
}

let server: RedisServer;
before(async () => {
  server = await startRedis();
});
after(() => server.stop());

async function createStoredInRedis(): Promise<Stored> {
  let offset = 0;
  await server.client.flushall();
  const advance = (ms: number) => {
    offset += ms;
  };
  const store = await createRedisStore({
    url: server.url,
    timeoutMs: 10_000,
    testClockOffsetMs: () => offset,
  });
  stopAtEnd(() => store.close());
  return { store, advance };
}

/** An instance whose clock is that of this machine, plus some skew. */
function createInstance(store: Store, options: Partial<OtpOptions> = {}, skewMs = 0) {
  const kit = createTestOtp({
    store,
    clock: () => Date.now() + skewMs,
    requestIdentityMax: 1000,
    ...options,
  });
  const { otp, inbox } = kit;
  /** Signs in as a browser does, with the device that it has. */
  async function signIn(identity: string, device?: string, remember?: boolean) {
    const sent = await otp.request(identity, { bind: true, device });
    assert.ok(sent.status === 'sent' && sent.challenge);
    const { challenge } = sent;
    const result = await otp.verify(identity, inbox.lastCode(), { challenge, device, remember });
    assert.ok(result.status === 'valid');
    return result.device;
  }
  return {
    ...kit,
    signIn,
    async remember(identity: string) {
      const device = await signIn(identity, undefined, true);
      assert.ok(device);
      return device;
    },
    /** Whether the service knows the browser by this token: it renews no other. */
    knows: async (identity: string, device: string) => (await signIn(identity, device)) !== undefined,
  };
}

for (const [name, createOwn] of Object.entries({
  'the memory store': async () => createStored(),
  Redis: createStoredInRedis,
})) {
  describe(`on ${name}`, () => {
    let stored: Stored;
    async function create(options: Partial<OtpOptions> = {}, skewMs = 0) {
      stored = await createOwn();
      return createInstance(stored.store, options, skewMs);
    }

    test('a browser is known when it asked for that, and each sign-in renews it', async () => {
      const kit = await create();
      assert.equal(await kit.signIn(alice), undefined);
      const device = await kit.remember(alice);
      stored.advance((ttlSeconds - 100) * 1000);
      const renewed = await kit.signIn(alice, device);
      assert.ok(renewed && renewed !== device);
      stored.advance(200_000);
      assert.equal(await kit.knows(alice, device), false);
      assert.equal(await kit.knows(alice, renewed), true);
    });

    // Attack: use the token of somebody else, of another installation, of an alias, a changed one, or none at all.
    test('a token that is foreign, expired or tampered with is ignored, and no answer tells', async () => {
      const kit = await create();
      const others = {
        'of another namespace': createInstance(stored.store, { namespace: 'other' }),
        'of another secret': createInstance(stored.store, { secretKey: generateSecretKey() }),
      };
      const device = await kit.remember(alice);
      const foreign: Record<string, string> = {
        'of another identity': await kit.remember('bob@example.com'),
        'of an alias': await kit.remember('alice+shop@example.com'),
        'tampered with': `${device.slice(0, -3)}${device.endsWith('AAA') ? 'BBB' : 'AAA'}`,
        cut: device.slice(0, -1),
        'no token': 'otd1.',
        long: 'x'.repeat(3000),
        hostile: '__proto__',
      };
      for (const [why, other] of Object.entries(others)) foreign[why] = await other.remember(alice);
      for (const [why, token] of Object.entries(foreign)) {
        assert.equal(await kit.knows(alice, token), false, why);
        const answers = [];
        for (const one of [token, device]) {
          const { status, body } = await post(kit.otp.handler, '/api/v1/otp/request', {
            identity: alice,
            device: one,
          });
          answers.push([status, Object.keys(body)]);
        }
        assert.deepEqual(answers[0], answers[1], why);
      }
      assert.equal(await kit.knows(alice, device), true);
      stored.advance(ttlSeconds * 1000);
      assert.equal(await kit.knows(alice, device), false);
    });

    // Attack: tell a valid token from another one by how often the store is asked.
    test('every token costs as much as a valid one', async () => {
      const kit = await create();
      const device = await kit.remember(alice);
      const verbs: string[] = [];
      const counted = new Proxy(stored.store, {
        get: (target, verb, receiver) => {
          if (typeof verb === 'string') verbs.push(verb);
          return Reflect.get(target, verb, receiver);
        },
      });
      const other = createInstance(counted);
      // One request in ten also takes a block of attempts at short codes.
      await other.otp.request('warm@example.com');
      const ask = async (token: string) => {
        verbs.length = 0;
        await other.otp.request(alice, { device: token, ip: '198.51.100.7' });
        return [...verbs];
      };
      const usual = await ask(device);
      for (const token of ['x', 'otd1.x', `${device}x`, device.slice(0, -2)])
        assert.deepEqual(await ask(token), usual);
    });

    // Attack: keep using a stolen token after its owner has signed out everywhere.
    test('signing out everywhere ends every device made before, at once and in every instance', async () => {
      const kit = await create();
      const second = createInstance(stored.store, {}, 100_000);
      const [mine, stolen, bob] = [
        await kit.remember(alice),
        await second.remember(alice),
        await kit.remember('bob@example.com'),
      ];
      const { status, body } = await post(second.otp.handler, '/api/v1/otp/verify', {
        identity: alice,
        otp: await kit.obtain(alice),
      });
      assert.equal(status, 200);
      const bearer = { Authorization: `Bearer ${body.access_token}` };
      assert.equal((await post(kit.otp.handler, '/api/v1/token/logout-all', {}, bearer)).status, 200);
      for (const one of [kit, second]) {
        for (const token of [mine, stolen]) assert.equal(await one.knows(alice, token), false);
        assert.equal(await one.knows('bob@example.com', bob), true);
      }
      const later = await kit.remember(alice);
      assert.equal(await second.knows(alice, later), true);
      await kit.otp.operator.signOut(alice);
      assert.equal(await second.knows(alice, later), false);
      // A sign-out is remembered for longer than any device lives.
      const last = await kit.remember(alice);
      await kit.otp.operator.signOut(alice);
      stored.advance((ttlSeconds - 100) * 1000);
      assert.equal(await kit.knows(alice, last), false);
    });

    // Attack: set the clock of a machine, to bring back what has expired or to shut out who is known.
    test('the clock of the store decides, not that of an instance', async () => {
      for (const skewMs of [86_000_000, -86_000_000, 3_600_000, -3_600_000]) {
        const kit = await create();
        const skewed = createInstance(stored.store, {}, skewMs);
        const device = await kit.remember(alice);
        assert.equal(await skewed.knows(alice, device), true);
        stored.advance(ttlSeconds * 1000);
        assert.equal(await skewed.knows(alice, device), false);
      }
    });

    test('a token from the future is ignored', async () => {
      const kit = await create();
      stored.advance(3_600_000);
      const device = await kit.remember(alice);
      assert.equal(await kit.knows(alice, device), true);
      const behind = await create();
      assert.equal(await behind.knows(alice, device), false);
    });

    test('rotating the code key leaves browsers known; where no browser is known, none is remembered', async () => {
      const kit = await create();
      const device = await kit.remember(alice);
      const rotated = createInstance(stored.store, {
        secretKey: generateSecretKey(),
        previousSecretKey: secretKey,
        identityKey: secretKey,
      });
      assert.equal(await rotated.knows(alice, device), true);
      const without = createInstance(stored.store, { deviceTtlSeconds: 0 });
      assert.equal(await without.signIn(alice, device, true), undefined);
    });
  });
}

test('a store that cannot sign people out knows browsers by the clock of the instance', async () => {
  const { ended, clear, inspect, note, ...verbs } = createMemoryStore();
  const kit = createInstance(verbs);
  const device = await kit.remember(alice);
  assert.equal(await kit.knows(alice, device), true);
  const later = createInstance(verbs, {}, ttlSeconds * 1000 + 1000);
  assert.equal(await later.knows(alice, device), false);
});
