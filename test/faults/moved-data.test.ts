import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { follow, startRedis, startRedisCluster } from '../helpers/redis.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const keyPrefix = 'moved:';

// Attack: use a code, or its attempts, again when its record has come to another server.
test('a slot of a cluster that moves takes limits along, and no code', async () => {
  const cluster = await startRedisCluster();
  stopAtEnd(() => cluster.stop());
  const store = await createRedisStore({ url: cluster.url, keyPrefix, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  const { otp, obtain } = createTestOtp({ store });
  const used = await obtain(alice);
  assert.equal((await otp.verify(alice, used)).status, 'valid');
  const pending = await obtain(alice);

  const [found] = (
    await Promise.all(
      cluster.servers.map(async (server) => ({ server, keys: await server.client.keys(`${keyPrefix}p:*`) })),
    )
  ).filter(({ keys }) => keys.length > 0);
  assert.ok(found);
  const { server: source, keys } = found;
  const [target] = cluster.servers.filter((server) => server !== source);
  assert.ok(target);
  const slot = await source.client.cluster('KEYSLOT', keys[0] ?? '');
  const [sourceId, targetId] = await Promise.all(
    [source, target].map(async ({ client }) => String(await client.call('CLUSTER', 'MYID'))),
  );
  await target.client.call('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', String(sourceId));
  await source.client.call('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', String(targetId));
  await source.client.call('MIGRATE', '127.0.0.1', String(target.port), keys[0] ?? '', '0', '5000');
  await assert.rejects(otp.verify(alice, pending), { code: 'store_unavailable' });
  await assert.rejects(otp.request(alice), { code: 'store_unavailable' });
  for (const { client } of cluster.servers) {
    await client.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', String(targetId));
  }
  for (const code of [used, pending]) assert.equal((await otp.verify(alice, code)).status, 'expired');
  for (let i = 0; i < 3; i++) assert.equal((await otp.request(alice)).status, 'sent');
  const sixth = await otp.request(alice);
  assert.ok(sixth.status === 'rate_limited' && sixth.limit === 'request_identity');
});

// Attack: wait until a master without replicas begins a new history, and use a code from the one before.
test('codes end when the last replica has been gone for repl-backlog-ttl, used ones stay used, and limits stay', async () => {
  const options = ['--repl-diskless-sync-delay', '0', '--repl-backlog-ttl', '1'];
  const [master, replica] = await Promise.all([startRedis(options), startRedis(options)]);
  for (const server of [master, replica]) stopAtEnd(() => server.stop());
  await follow(replica, master);
  const store = await createRedisStore({ url: master.url, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  const { otp, obtain } = createTestOtp({ store });
  const used = await obtain(alice);
  assert.equal((await otp.verify(alice, used)).status, 'valid');
  const pending = await obtain(alice);
  const readId = async () => /master_replid:(\w+)/.exec(await master.client.info('replication'))?.[1];
  const before = await readId();
  await replica.kill();
  await until('the master has begun a new history', async () => (await readId()) !== before);
  for (const code of [used, pending]) assert.equal((await otp.verify(alice, code)).status, 'expired');
  for (let i = 0; i < 3; i++) assert.equal((await otp.request(alice)).status, 'sent');
  assert.equal((await otp.request(alice)).status, 'rate_limited');
});
