import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createRedisStore, type RedisStoreOptions } from '../../src/stores/redis.js';
import { createCertificate } from '../helpers/certificate.js';
import { patientRedis } from '../helpers/fleet.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { resolveNames } from '../helpers/names.js';
import { createOtpOn } from '../helpers/otp.js';
import { root, startService } from '../helpers/process.js';
import { findFreePort, follow, type RedisServer, startRedis, startRedisCluster } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-deployments-'));
stopAtEnd(() => rmSync(folder, { recursive: true, force: true }));

async function createOn(options: RedisStoreOptions) {
  const store = await createRedisStore({ timeoutMs: 10_000, ...options });
  stopAtEnd(() => store.close());
  return createOtpOn(store);
}

/** A sign-in, from the request to a code that is used. */
async function signIn(
  { otp, inbox }: Awaited<ReturnType<typeof createOn>>,
  identity = alice,
): Promise<string> {
  assert.equal((await otp.request(identity)).status, 'sent');
  const code = inbox.lastCode();
  assert.equal((await otp.verify(identity, code)).status, 'valid');
  return code;
}

/** Connects, signs in, and is gone. */
async function useOnce(options: RedisStoreOptions): Promise<void> {
  const service = await createOn(options);
  await signIn(service);
  await service.otp.close();
}

/** Writes a certificate and its key, of this machine or of this name alone; returns their paths and a server's settings. */
function writeCertificate(name = 'localhost') {
  const { key, cert } = createCertificate(name, name === 'localhost');
  const [keyFile, certFile] = [join(folder, `${name}-key.pem`), join(folder, `${name}-cert.pem`)];
  writeFileSync(keyFile, key);
  writeFileSync(certFile, cert);
  return { keyFile, certFile, cert, args: ['--tls-cert-file', certFile, '--tls-key-file', keyFile] };
}

describe('behind Sentinels', () => {
  async function startMaster(args: string[] = []): Promise<RedisServer> {
    return startRedis(['--requirepass', 'main-pw', '--masterauth', 'main-pw', ...args]);
  }

  async function monitor(sentinel: RedisServer, port: number): Promise<void> {
    await sentinel.client.call('SENTINEL', 'MONITOR', 'main', '127.0.0.1', String(port), '1');
    await sentinel.client.call('SENTINEL', 'SET', 'main', 'auth-pass', 'main-pw');
    // Only the failover that the test asks for.
    await sentinel.client.call('SENTINEL', 'SET', 'main', 'down-after-milliseconds', '60000');
  }

  test('that ask for a password a failover is followed, and a used code stays used', async () => {
    const [master, replica] = [await startMaster(), await startMaster()];
    await follow(replica, master);
    const sentinel = await startRedis(['--requirepass', 'sentinel-pw'], ['--sentinel']);
    await monitor(sentinel, master.port);
    await until('the sentinel knows the replica', async () =>
      JSON.stringify(await sentinel.client.call('SENTINEL', 'REPLICAS', 'main')).includes(
        String(replica.port),
      ),
    );
    // The first of the Sentinels is gone.
    const gone = await findFreePort();
    const service = await createOn({
      url: `redis+sentinel://127.0.0.1:${gone},127.0.0.1:${sentinel.port}/main`,
      password: 'main-pw',
      sentinelPassword: 'sentinel-pw',
    });
    const used = await signIn(service);
    await until('the failover begins', () =>
      sentinel.client.call('SENTINEL', 'FAILOVER', 'main').then(
        () => true,
        () => false,
      ),
    );
    await until('the replica is the master', async () =>
      /role:master/.test(await replica.client.info('replication')),
    );
    // As the sentinel does some ten seconds later.
    await master.client.replicaof('127.0.0.1', replica.port);
    await until('the store serves again', () =>
      service.otp.request('bob@example.com').then(
        ({ status }) => status === 'sent',
        () => false,
      ),
    );
    assert.notEqual((await service.otp.verify(alice, used)).status, 'valid');
    assert.equal((await service.otp.verify('bob@example.com', service.inbox.lastCode())).status, 'valid');
    await service.otp.close();
    await Promise.all([master.stop(), replica.stop(), sentinel.stop()]);
  });

  test('one password may be that of all, or of the servers alone, and come from a file', async () => {
    const master = await startMaster();
    const [same, open, other] = [
      await startRedis(['--requirepass', 'main-pw'], ['--sentinel']),
      await startRedis([], ['--sentinel']),
      await startRedis(['--requirepass', 'sentinel-pw'], ['--sentinel']),
    ];
    for (const sentinel of [same, open, other]) await monitor(sentinel, master.port);
    const readUrl = ({ port }: RedisServer) => `redis+sentinel://:main-pw@127.0.0.1:${port}/main`;
    for (const sentinel of [same, open]) {
      for (const option of ['', '?protocol=2']) await useOnce({ url: `${readUrl(sentinel)}${option}` });
    }
    const passwordFile = join(folder, 'sentinel-password');
    writeFileSync(passwordFile, 'sentinel-pw\n');
    const service = await startService({
      ...{ STORE: 'redis', REDIS_URL: readUrl(other), ...patientRedis },
      REDIS_SENTINEL_PASSWORD_FILE: passwordFile,
    });
    assert.equal((await fetch(`${service.url}/readyz`)).status, 200);
    await service.stop();
    // A user of Sentinel's own, who may do no more than ask.
    await other.client.call('ACL', 'SETUSER', 'asker', 'on', '>asker-pw', '+sentinel', '+hello', '+auth');
    await useOnce({ url: readUrl(other), sentinelUsername: 'asker', sentinelPassword: 'asker-pw' });
    await Promise.all([master, same, open, other].map((server) => server.stop()));
  });

  test('rediss+sentinel:// speaks TLS with servers and Sentinels, and an option tells them apart', async () => {
    const { args, certFile } = writeCertificate();
    const tls = async () => {
      const port = await findFreePort();
      const trust = ['--tls-ca-cert-file', certFile, '--tls-auth-clients', 'no', '--tls-replication', 'yes'];
      return { port, args: ['--tls-port', String(port), ...args, ...trust] };
    };
    const [masterTls, sentinelTls] = [await tls(), await tls()];
    const master = await startMaster(masterTls.args);
    const sentinel = await startRedis(sentinelTls.args, ['--sentinel']);
    await monitor(sentinel, masterTls.port);
    const readUrl = (port: number, options = '') =>
      `rediss+sentinel://:main-pw@127.0.0.1:${port}/main?ssl_ca_certs=${certFile}${options}`;
    await useOnce({ url: readUrl(sentinelTls.port) });
    await useOnce({ url: readUrl(sentinel.port, '&sentinel_tls=false') });
    const wrong = createRedisStore({
      url: readUrl(sentinelTls.port, '&sentinel_tls=false'),
      timeoutMs: 10_000,
    });
    await assert.rejects(wrong, { code: 'store_unavailable', message: /check whether it speaks TLS/ });
    await Promise.all([master.stop(), sentinel.stop()]);
  });
});

test('a server with an IPv6 address only is reached by address, by name, and in each form of URL', async (t) => {
  resolveNames(t, { 'six.redis.test': '::1', 'four.redis.test': '127.0.0.1' });
  const server = await startRedis(['--bind', '::1']);
  await useOnce({ url: server.url });
  await useOnce({ url: `redis://six.redis.test:${server.port}` });
  await useOnce({ url: `redis://six.redis.test:${server.port}?family=6` });
  const sentinel = await startRedis(['--bind', '::1'], ['--sentinel']);
  await sentinel.client.call('SENTINEL', 'MONITOR', 'main', '::1', String(server.port), '1');
  for (const host of ['[::1]', 'six.redis.test']) {
    for (const option of ['', '?family=6']) {
      await useOnce({ url: `redis+sentinel://${host}:${sentinel.port}/main${option}` });
    }
  }
  const cluster = await startRedis([
    ...['--bind', '::1', '--cluster-enabled', 'yes', '--cluster-announce-ip', '::1'],
  ]);
  await cluster.client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until('the cluster of one is ready', async () =>
    /cluster_state:ok/.test(await cluster.client.cluster('INFO')),
  );
  for (const host of ['[::1]', 'six.redis.test']) {
    for (const option of ['', '?family=6']) {
      await useOnce({ url: `redis+cluster://${host}:${cluster.port}${option}` });
    }
  }
  // The option is honoured: there is no other address.
  const byFour = createRedisStore({
    url: `redis://six.redis.test:${server.port}?family=4`,
    timeoutMs: 10_000,
  });
  await assert.rejects(byFour, { message: /Redis cannot be reached: getaddrinfo ENOTFOUND/ });
  await Promise.all([server.stop(), sentinel.stop(), cluster.stop()]);
});

test('a cluster behind TLS that announces host names is reached by names whose certificates hold no address', async (t) => {
  const names = ['one.redis.test', 'two.redis.test', 'three.redis.test'];
  resolveNames(t, Object.fromEntries(names.map((name) => [name, '127.0.0.1'])));
  const certificates = names.map((name) => writeCertificate(name));
  const caFile = join(folder, 'cluster-ca.pem');
  writeFileSync(caFile, certificates.map(({ cert }) => cert).join(''));
  const nodes = await Promise.all(
    names.map(async (name, index) => {
      const tlsPort = await findFreePort();
      const tls = ['--tls-port', String(tlsPort), '--tls-cluster', 'yes', '--tls-auth-clients', 'no'];
      const server = await startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-announce-hostname', name],
        ...['--cluster-preferred-endpoint-type', 'hostname', '--tls-ca-cert-file', caFile],
        ...[...tls, ...(certificates[index]?.args ?? [])],
      ]);
      return { server, tlsPort };
    }),
  );
  const made = spawnSync(
    requireTool('redis-cli', 'redis-tools'),
    [
      ...['--tls', '--cacert', caFile, '--cluster', 'create', '--cluster-yes'],
      ...nodes.map(({ tlsPort }) => `127.0.0.1:${tlsPort}`),
    ],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, `${made.stdout}${made.stderr}`);
  for (const { server } of nodes) {
    await until('the cluster has come together and knows all names', async () => {
      const [info, slots] = [await server.client.cluster('INFO'), await server.client.cluster('SLOTS')];
      return /cluster_state:ok/.test(info) && names.every((name) => JSON.stringify(slots).includes(name));
    });
  }
  const hosts = nodes.map(({ tlsPort }, index) => `${names[index]}:${tlsPort}`);
  // By all names, and by one that tells the others.
  for (const list of [hosts.join(','), hosts[0]]) {
    const service = await createOn({ url: `rediss+cluster://${list}?ssl_ca_certs=${caFile}` });
    for (let i = 0; i < 20; i++) await signIn(service, `person${i}@example.com`);
    await service.otp.close();
  }
  const byAddress = createRedisStore({
    url: `rediss+cluster://127.0.0.1:${nodes[0]?.tlsPort}?ssl_ca_certs=${caFile}`,
    timeoutMs: 10_000,
  });
  await assert.rejects(byAddress, { message: /certificate is for other names/ });
  await Promise.all(nodes.map(({ server }) => server.stop()));
});

test('a socket of this machine, with a password and a database', async () => {
  const path = join(folder, 'redis.sock');
  const server = await startRedis(['--unixsocket', path, '--requirepass', 'p/w?']);
  await useOnce({ url: `unix://:p%2Fw%3F@${path}?db=3` });
  await useOnce({ url: `redis+socket://${path}`, password: 'p/w?' });
  for (const database of [0, 3]) {
    await server.client.select(database);
    assert.ok((await server.client.dbsize()) > 0, `database ${database}`);
  }
  await server.stop();
});

test('a server that asks for a certificate gets one', async () => {
  const { args, certFile, keyFile } = writeCertificate();
  const port = await findFreePort();
  const server = await startRedis(['--tls-port', String(port), ...args, '--tls-ca-cert-file', certFile]);
  const url = `redis://127.0.0.1:${port}?tls=true&ssl_ca_certs=${certFile}`;
  await useOnce({ url: `${url}&ssl_certfile=${certFile}&ssl_keyfile=${keyFile}` });
  await assert.rejects(createRedisStore({ url, timeoutMs: 10_000 }), {
    message: /asks for a certificate: .*ssl_certfile and ssl_keyfile/,
  });
  await server.stop();
});

describe('a user with the rights that the documentation lists', () => {
  const page = readFileSync(join(root, 'docs/redis.md'), 'utf8');
  const [, rights = ''] = /^ACL SETUSER otp on >PASSWORD (.+)$/m.exec(page) ?? [];
  const create = (server: RedisServer, ...more: string[]) =>
    server.client.call('ACL', 'SETUSER', 'otp', 'on', '>few-rights', ...rights.split(' '), ...more);
  const asUser = (url: string) => url.replace('://', '://otp:few-rights@');

  test('signs in, and each of them is needed', async () => {
    const server = await startRedis();
    await create(server);
    const service = await createOn({ url: asUser(server.url) });
    await signIn(service);
    for (const right of rights.split(' ')) {
      const others = rights.split(' ').filter((other) => other !== right);
      await server.client.call('ACL', 'SETUSER', 'otp', 'resetkeys', '-@all', ...others);
      await server.client.script('FLUSH');
      await assert.rejects(signIn(service), { code: 'store_unavailable' }, right);
    }
    await service.otp.close();
    await server.stop();
  });

  test('needs one more for another database, and one more in a cluster', async () => {
    const [server, cluster] = [await startRedis(), await startRedisCluster()];
    await create(server);
    const url = asUser(`${server.url}/2`);
    await assert.rejects(createRedisStore({ url, timeoutMs: 10_000 }), {
      message: /may not run select .*allow \+select/,
    });
    await create(server, '+select');
    await useOnce({ url });
    for (const each of cluster.servers) await create(each);
    await assert.rejects(createRedisStore({ url: asUser(cluster.url), timeoutMs: 10_000 }), {
      message: /allow \+cluster\|slots/,
    });
    for (const each of cluster.servers) await create(each, '+cluster|slots');
    await useOnce({ url: asUser(cluster.url) });
    await Promise.all([server.stop(), cluster.stop()]);
  });
});
