import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { addressLadder, createCountryLadder, unitsPerSend } from '../../src/core/ladder.js';
import type { OtpError } from '../../src/index.js';
import type { Store } from '../../src/ports.js';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis.js';
import { patientRedis } from '../helpers/fleet.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createOtpOn, makeWrong } from '../helpers/otp.js';
import { runCli, startService } from '../helpers/process.js';
import { findFreePort, type RedisServer, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
/** Longer than any pause of the machine: what is lost or refused must not wait for it. */
const timeoutMs = 10_000;

async function createStore(options: RedisStoreOptions): Promise<Store> {
  const store = await createRedisStore({ timeoutMs, ...options });
  stopAtEnd(() => store.close());
  return store;
}

function createOn(store: Store) {
  const { otp, inbox } = createOtpOn(store);
  return { otp, inbox, wrong: () => makeWrong(inbox.lastCode()) };
}

describe('the Redis store on the wire', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());
  /** How many scripts have run. */
  const count = async () => {
    const stats = await redis.client.info('commandstats');
    return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]);
  };

  test('open costs one round trip, a wrong code one, a right code two, each with the address limit, and giving back one', async () => {
    const store = await createStore({ url: redis.url });
    const { otp, inbox, wrong } = createOn(store);
    const cost = async (call: () => Promise<unknown>) => {
      // On the same connection, so that whatever nobody waits for has been counted.
      await store.ping();
      const from = await count();
      await call();
      // What is given back together leaves at the end of the turn.
      await setImmediate();
      await store.ping();
      return (await count()) - from - 1;
    };
    await otp.request('warm@example.com', { ip: '192.0.2.1' });
    await otp.verify('warm@example.com', inbox.lastCode(), { ip: '192.0.2.1' });
    assert.equal(await cost(() => otp.request(alice)), 1);
    assert.equal(await cost(() => otp.verify(alice, wrong())), 1);
    assert.equal(await cost(() => otp.verify(alice, inbox.lastCode())), 2);
    assert.equal(await cost(() => otp.request(alice, { ip: '192.0.2.1' })), 1);
    assert.equal(await cost(() => otp.verify(alice, inbox.lastCode(), { ip: '192.0.2.1' })), 3);
    await otp.close();
  });

  test('what several callers give back in one turn costs one round trip', async () => {
    const store = await createStore({ url: redis.url });
    const row = (key: string) => ({ limit: 'request_ip_day', key, ladder: addressLadder }) as const;
    const giveBack = (slot: string) =>
      store.refund?.({ slot, rows: [row(slot)], atMs: 0, units: 1, isSignIn: false });
    await giveBack('warm');
    const before = await count();
    await Promise.all(['a', 'b', 'c'].map(giveBack));
    assert.equal((await count()) - before, 1);
    await Promise.all(Array.from({ length: 250 }, (_, i) => giveBack(`${i}`)));
    assert.equal((await count()) - before, 1 + 3);
  });

  test('a server that keeps two slots apart is asked for each of them, as a cluster is', async () => {
    const clustered = await startRedis(['--cluster-enabled', 'yes']);
    await clustered.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until('its slots are served', async () =>
      /cluster_state:ok/.test(String(await clustered.client.call('CLUSTER', 'INFO'))),
    );
    const together: (boolean | undefined)[] = [];
    for (const { url } of [redis, clustered]) {
      const store = await createStore({ url });
      together.push(store.countsTogether);
      const { otp, inbox } = createOn(store);
      const options = { ip: '192.0.2.9' };
      assert.equal((await otp.request('apart@example.com', options)).status, 'sent');
      assert.equal((await otp.verify('apart@example.com', inbox.lastCode(), options)).status, 'valid');
      await otp.close();
    }
    assert.deepEqual(together, [true, false]);
    await clustered.stop();
  });

  // Attack: wait until a TTL that is too short has let a count be forgotten.
  test('each key lives as long as what it counts, and no longer', async () => {
    const store = await createStore({ url: redis.url, keyPrefix: 'ttl:' });
    const { otp, wrong } = createOn(store);
    await otp.request(alice, { ip: '192.0.2.1' });
    await otp.verify(alice, wrong());
    const daySeconds = 86_400;
    const expected: Record<string, number> = { p3: daySeconds, g: 46 * daySeconds, a: 600 };
    for (const [kind, seconds] of Object.entries(expected)) {
      const [key, ...others] = await redis.client.keys(`ttl:${kind}:*`);
      assert.ok(key !== undefined && others.length === 0, kind);
      const ttlMs = await redis.client.pttl(key);
      assert.ok(ttlMs <= seconds * 1000 && ttlMs > seconds * 1000 - 5000, `${kind} lives ${ttlMs} ms`);
    }
    const days = await redis.client.keys('ttl:d:*');
    const lives = await Promise.all(days.map((key) => redis.client.pttl(key)));
    const [hourMs = 0, dayMs = 0] = lives.sort((a, b) => a - b);
    assert.equal(days.length, 2);
    assert.ok(hourMs > 3_600_000 - 5000 && hourMs <= 3_750_000, `lives ${hourMs} ms`);
    assert.ok(dayMs > daySeconds * 1000 - 5000 && dayMs <= (daySeconds + 3600) * 1000, `lives ${dayMs} ms`);
    await otp.close();
  });

  // Attack: present a revoked token once Redis has dropped its revocation, or a refresh token for longer than its family lives.
  test('claims, families, sign-outs and places live as long as they were told to', async () => {
    let offsetMs = 0;
    const options = { url: redis.url, keyPrefix: 'lives:', testClockOffsetMs: () => offsetMs };
    const store = (await createStore(options)) as Required<Store>;
    /** That the key of this kind lives for so long from the call. */
    async function mustLive(kind: string, seconds: number, call: () => Promise<unknown>) {
      const startedAt = performance.now();
      await call();
      const [key = '', ...others] = await redis.client.keys(`lives:${kind}:*`);
      assert.equal(others.length, 0);
      const ttlMs = await redis.client.pttl(key);
      const shortest = seconds * 1000 - (performance.now() - startedAt) - 100;
      assert.ok(ttlMs <= seconds * 1000 && ttlMs >= shortest, `${kind} lives ${ttlMs} ms`);
    }
    await mustLive('c', 900, () => store.claim('token', 900));
    await mustLive('c', 900, () => store.claim('token', 9000));
    const family = { family: 'family', next: 'first', ttlSeconds: 3600 };
    await mustLive('f', 3600, () => store.exchange({ ...family, presented: null }));
    offsetMs += 600_000;
    await mustLive('f', 3000, () => store.exchange({ ...family, presented: 'first' }));
    const key = { identityTag: 'somebody', budgetTag: 'somebody' };
    const signOut = { ...key, records: false, counts: false, signOutSeconds: 7200 };
    await mustLive('s', 7200, () => store.clear(signOut));
    const places = { limit: 'phone_country', key: 'caller', max: 3, periodSeconds: 86_400 } as const;
    const sendTo = (place: string) =>
      store.spend({
        slot: 'slot',
        rows: [],
        place: { ...places, place },
        isOnSecondStep: false,
        isEnforced: true,
      });
    await sendTo('DE');
    const [name = ''] = await redis.client.keys('lives:d:*');
    offsetMs += 72_000_000;
    await sendTo('AT');
    const placesMs = await redis.client.pttl(name);
    assert.ok(placesMs > 72_000_000, `places live ${placesMs} ms`);
    const country = {
      limit: 'phone_country',
      key: 'DE',
      ladder: createCountryLadder(4),
      isGrowing: true,
    } as const;
    await store.refund({ slot: 'slot', rows: [country], atMs: 0, units: unitsPerSend, isSignIn: true });
    const [days = ''] = await redis.client.keys('lives:d:*:days');
    // To the end of the thirteenth day after this one.
    const ttlDays = (await redis.client.pttl(days)) / 86_400_000;
    assert.ok(ttlDays > 12.99 && ttlDays <= 14, `days live ${ttlDays} days`);
  });

  // Attack: make a log long, so that the next call keeps Redis from everyone else.
  test('a log of a hundred thousand entries is purged in less than a second', async () => {
    let offsetMs = 0;
    const store = await createStore({
      url: redis.url,
      testClockOffsetMs: () => offsetMs,
    });
    // Written as the store writes it, since as many hits would take minutes.
    const [seconds = 0] = (await redis.client.time()).map(Number);
    const script = `local log = {}
      for i = 1, 100000 do log[i] = ARGV[1] * 1000000 + i end
      redis.call('SET', KEYS[1], cmsgpack.pack(log))`;
    await redis.client.eval(script, 1, 'stateless-otp:a:{long}', seconds - 10);
    assert.equal((await store.hit('long', { max: 1000, periodSeconds: 600 })).allowed, false);
    offsetMs = 601_000;
    // Time on the processor: how long others kept the server from it says nothing.
    const readBusySeconds = async () => {
      const info = await redis.client.info('cpu');
      const read = (name: string) => Number(new RegExp(`^used_cpu_${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
      return read('sys') + read('user');
    };
    const before = await readBusySeconds();
    assert.equal((await store.hit('long', { max: 1000, periodSeconds: 600 })).allowed, true);
    const busySeconds = (await readBusySeconds()) - before;
    assert.ok(busySeconds < 1, `${busySeconds} s`);
    await store.close();
  });

  test('a clock of the server that is set back lengthens no life and no wait', async () => {
    let offsetMs = 3_600_000;
    const store = await createStore({
      url: redis.url,
      keyPrefix: 'back:',
      testClockOffsetMs: () => offsetMs,
    });
    const { otp, inbox } = createOn(store);
    await otp.request(alice);
    const early = inbox.lastCode();
    for (let i = 0; i < 3; i++) await store.hit('address', { max: 3, periodSeconds: 600 });
    offsetMs = 0;
    assert.equal((await otp.verify(alice, early)).status, 'expired');
    assert.equal((await otp.request(alice)).status, 'sent');
    const hit = await store.hit('address', { max: 3, periodSeconds: 600 });
    assert.ok(!hit.allowed && hit.retryAfterMs <= 600_000);
    // Nor does a code that has been replaced meanwhile come back when the clock is there again.
    offsetMs = 3_600_000;
    assert.equal((await otp.verify(alice, early)).status, 'expired');
    await otp.close();
  });

  // Attack: wait for an upgrade, which forgets wrong guesses, and guess again.
  test('guess counts of the version before still count, and stay what it can read', async () => {
    const store = await createStore({ url: redis.url, keyPrefix: 'upgrade:' });
    const { otp, wrong } = createOn(store);
    await otp.request(alice);
    await otp.verify(alice, wrong());
    const [key = ''] = await redis.client.keys('upgrade:g:*');
    const read = () =>
      redis.client.eval(`return cmsgpack.unpack(redis.call('GET', KEYS[1]))[1]`, 1, key) as Promise<number>;
    assert.equal(await read(), 1);
    // Two fields, as there.
    const cut = `local guesses = cmsgpack.unpack(redis.call('GET', KEYS[1]))
      redis.call('SET', KEYS[1], cmsgpack.pack({ guesses[1] + 9, guesses[2] }), 'KEEPTTL')`;
    await redis.client.eval(cut, 1, key);
    const next = await otp.request(alice, { bind: true });
    assert.equal(next.status === 'sent' && next.codeLength, 10);
    await otp.close();
  });

  // Attack: have a value of another layout misread, so that a used code works or a limit is forgotten for good.
  test('codes and sends of the version before are left to it, and those since then are not touched on the way back', async () => {
    const store = await createStore({ url: redis.url, keyPrefix: 'layout:' });
    const { otp, inbox } = createOn(store);
    await otp.request(alice);
    const [current = ''] = await redis.client.keys('layout:p3:*');
    const old = ['p2', 'n'].map((kind) => current.replace('p3', kind));
    const packOld = `for _, key in ipairs(KEYS) do
      redis.call('SET', key, cmsgpack.pack({ { { 1, 5, 'record', false, '', '' } }, {} }), 'PX', 60000) end`;
    await redis.client.eval(packOld, 2, ...old);
    const read = () => Promise.all([...old, current].map((key) => redis.client.getBuffer(key)));
    const before = await read();
    assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'valid');
    const after = await read();
    assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
    // What the version before does: it reads and ends its own keys only.
    await redis.client.del(...old);
    assert.deepEqual((await read())[2], after[2]);
    assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'expired');
    await otp.close();
  });

  // Attack: keep a sign-in that its owner has ended until the service is upgraded.
  test('a sign-out that the version before has kept for an alias still ends its sign-ins', async () => {
    const store = await createStore({ url: redis.url, keyPrefix: 'alias:' });
    const { otp } = createOn(store);
    const seconds = Math.floor(Date.now() / 1000);
    const owner = { identityTag: 'alias', budgetTag: 'budget' };
    const ask = () => store.ended?.({ ...owner, names: [], authTimeSeconds: seconds });
    assert.equal(await ask(), false);
    const save = `redis.call('SET', KEYS[1], cmsgpack.pack({ ARGV[1] + 0, ARGV[1] + 0, (ARGV[1] + 3600) * 1000000 }))`;
    await redis.client.eval(save, 1, 'alias:s:{alias}', seconds);
    assert.equal(await ask(), true);
    await otp.close();
  });

  // Attack: put something else where the store reads, so that a limit or a used code is forgotten.
  test("a value that is not the store's own is refused by every verb, and stays", async () => {
    const store = await createStore({ url: redis.url, keyPrefix: 'foreign:' });
    const { otp } = createOn(store);
    await otp.request(alice);
    await otp.verify(alice, '0000000000');
    const keys = await redis.client.keys('foreign:[pg]*:*');
    assert.equal(keys.length, 2);
    const pack = (lua: string, key: string) =>
      redis.client.eval(`return redis.call('SET', KEYS[1], cmsgpack.pack(${lua}))`, 1, key);
    for (const lua of ['{}', '{ 1, 2, 3 }', '{ {}, {}, {}, 0 }', '{ {}, {}, {}, 0, { 5 } }', '"text"', '7']) {
      for (const key of keys) await pack(lua, key);
      const left = await Promise.all(keys.map((key) => redis.client.getBuffer(key)));
      await assert.rejects(otp.verify(alice, '0000000000'), { code: 'store_unavailable' }, lua);
      await assert.rejects(otp.request(alice), { code: 'store_unavailable' }, lua);
      assert.deepEqual(await Promise.all(keys.map((key) => redis.client.getBuffer(key))), left);
    }
    for (const key of keys) await redis.client.set(key, Buffer.from([0xc1, 0xff]));
    await assert.rejects(otp.verify(alice, '0000000000'), { code: 'store_unavailable' });
    await assert.rejects(otp.request(alice), { code: 'store_unavailable' });
    await otp.close();
  });

  test('a server that takes no writes is not ready', async () => {
    const { otp } = createOn(await createStore({ url: redis.url }));
    await otp.ping();
    await redis.client.config('SET', 'min-replicas-to-write', '1');
    await assert.rejects(otp.ping(), { code: 'store_unavailable' });
    await redis.client.config('SET', 'min-replicas-to-write', '0');
    await otp.ping();
    await otp.close();
  });

  test('a server that has forgotten the scripts is told them again', async () => {
    const { otp, inbox } = createOn(await createStore({ url: redis.url }));
    await redis.client.script('FLUSH');
    assert.equal((await otp.request(alice)).status, 'sent');
    await redis.client.script('FLUSH');
    assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'valid');
    await otp.close();
  });

  test("a client of the caller's own is used, and left open", async () => {
    const client = new Redis({ port: redis.port, keyPrefix: 'mine:' });
    stopAtEnd(() => client.disconnect());
    const { otp, inbox } = createOn(await createStore({ client }));
    await otp.request(alice);
    assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'valid');
    assert.ok((await redis.client.keys('mine:stateless-otp:*')).length > 0);
    await otp.close();
    assert.equal(await client.ping(), 'PONG');
    client.disconnect();
  });

  // Attack: cut the connection while a guess is under way, so that it is sent again and counted twice, or not at all.
  test('a command whose answer is lost is not sent again', async () => {
    let sever = false;
    const sockets = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = openSocket(redis.port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
      }
      near.pipe(far);
      // What was asked has been carried out when its answer arrives here.
      far.on('data', (chunk) => (sever ? near.destroy() : near.write(chunk)));
      near.on('close', () => far.destroy());
    });
    stopAtEnd(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    const { otp, wrong } = createOn(
      await createStore({ url: `redis://127.0.0.1:${port}`, keyPrefix: 'severed:' }),
    );
    await otp.request(alice);
    sever = true;
    await assert.rejects(otp.verify(alice, wrong()), { code: 'store_unavailable' });
    sever = false;
    let next: Awaited<ReturnType<typeof otp.verify>> | null = null;
    await until('a verify is answered', async () => {
      next = await otp.verify(alice, wrong()).catch(() => null);
      return next !== null;
    });
    // The lost one was counted once, this one once.
    assert.deepEqual(next, { status: 'invalid', attemptsLeft: 3 });
    await otp.close();
  });

  test('a command that comes while there is no connection is refused at once, not kept for later', async () => {
    const away = await startRedis();
    const { otp } = createOn(await createStore({ url: away.url }));
    await away.kill();
    await assert.rejects(otp.request(alice), ({ code, cause }: OtpError) => {
      assert.equal(code, 'store_unavailable');
      assert.doesNotMatch(String(cause), /timed out/);
      return true;
    });
    await away.restart();
    await until('it is ready', () =>
      otp.ping().then(
        () => true,
        () => false,
      ),
    );
    assert.deepEqual(await away.client.keys('stateless-otp:p3:*'), []);
    await otp.close();
    await away.stop();
  });
});

test('a password comes from REDIS_PASSWORD; a wrong one is refused at start', async () => {
  const redis = await startRedis(['--requirepass', 'right-password']);
  const env = { STORE: 'redis', REDIS_URL: redis.url, ...patientRedis };
  const service = await startService({ ...env, REDIS_PASSWORD: 'right-password' });
  assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
  await service.stop();
  const { code, stderr } = await runCli([], { ...env, PORT: '0', REDIS_PASSWORD: 'wrong-password' });
  assert.equal(code, 1);
  assert.match(stderr, /REDIS_URL: Redis .*(WRONGPASS|NOAUTH)/);
  assert.ok(!stderr.includes('wrong-password'));
  await redis.stop();
});

test('rediss:// speaks TLS, and a certificate that nobody vouches for is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = spawnSync(requireTool('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-keyout', key, '-out', certificate, ...subject],
  ]);
  assert.equal(made.status, 0, String(made.stderr));
  const tlsPort = await findFreePort();
  const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key];
  const redis = await startRedis([...tls, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no']);
  const env = { STORE: 'redis', REDIS_URL: `rediss://127.0.0.1:${tlsPort}`, PORT: '0', ...patientRedis };
  const service = await startService({ ...env, NODE_EXTRA_CA_CERTS: certificate });
  assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
  await service.stop();
  const { code, stderr } = await runCli([], env);
  assert.equal(code, 1);
  assert.match(stderr, /REDIS_URL: Redis cannot be reached: .*certificate/);
  await redis.stop();
  rmSync(folder, { recursive: true });
});

test('behind Sentinel the store follows the master through a failover, and a used code stays used', async () => {
  const [master, replica] = [await startRedis(), await startRedis()];
  const sentinel = await startRedis([], ['--sentinel']);
  try {
    await replica.client.replicaof('127.0.0.1', master.port);
    await sentinel.client.call('SENTINEL', 'MONITOR', 'main', '127.0.0.1', String(master.port), '1');
    // Only the failover that the test asks for: one that a standing machine causes would turn it round.
    await sentinel.client.call('SENTINEL', 'SET', 'main', 'down-after-milliseconds', '60000');
    await until('the sentinel knows the replica', async () => {
      const replicas = await sentinel.client.call('SENTINEL', 'REPLICAS', 'main');
      return JSON.stringify(replicas).includes(String(replica.port));
    });
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/main`;
    const { otp, inbox } = createOn(await createStore({ url }));
    await otp.request(alice);
    const used = inbox.lastCode();
    assert.equal((await otp.verify(alice, used)).status, 'valid');

    await until('the failover begins', () =>
      sentinel.client.call('SENTINEL', 'FAILOVER', 'main').then(
        () => true,
        () => false,
      ),
    );
    await until('the replica is the master', async () =>
      /role:master/.test(await replica.client.info('replication')),
    );
    // As the sentinel does some ten seconds later. Until then the old master answers as before, and what it is told is lost.
    await master.client.replicaof('127.0.0.1', replica.port);
    await until('the store serves again', () =>
      otp.request('bob@example.com').then(
        ({ status }) => status === 'sent',
        () => false,
      ),
    );
    assert.notEqual((await otp.verify(alice, used)).status, 'valid');
    assert.equal((await otp.verify('bob@example.com', inbox.lastCode())).status, 'valid');
    await otp.close();
  } finally {
    await Promise.all([master.stop(), replica.stop(), sentinel.stop()]);
  }
});
