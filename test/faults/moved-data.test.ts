import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OtpError } from '../../src/errors.js';
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
      cluster.servers.map(async (server) => ({ server, keys: await server.client.keys(`${keyPrefix}p3:*`) })),
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

async function createOn(url: string) {
  const store = await createRedisStore({ url, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  const { otp } = createTestOtp({ store });
  /** How many messages the limit of five still allows, the store being back after a moment. */
  const countRoom = async () => {
    let room = 0;
    await until('the limit is reached', async () => {
      try {
        const { status } = await otp.request(alice);
        if (status === 'sent') room += 1;
        return status === 'rate_limited';
      } catch (error) {
        if (error instanceof OtpError && error.code === 'store_unavailable') return false;
        throw error;
      }
    });
    return room;
  };
  const send = async (times: number) => {
    for (let i = 0; i < times; i++) assert.equal((await otp.request(alice)).status, 'sent');
  };
  return { send, countRoom };
}

// Not a promise but a warning: limits are only as durable as the Redis that they are in, and docs/redis.md says so.
test('limits are as in the snapshot that a server starts from', async () => {
  const server = await startRedis(['--dbfilename', 'live.rdb']);
  const { send, countRoom } = await createOn(server.url);
  await send(2);
  await server.client.save();
  copyFileSync(join(server.folder, 'live.rdb'), join(server.folder, 'before.rdb'));
  await send(3);
  await server.kill();
  copyFileSync(join(server.folder, 'before.rdb'), join(server.folder, 'live.rdb'));
  await server.restart();
  assert.equal(await countRoom(), 3);
});

test('limits are as on the server that took over, and then as on the first again', async () => {
  const [first, second] = await Promise.all([
    startRedis(['--repl-diskless-sync-delay', '0']),
    startRedis(['--repl-diskless-sync-delay', '0']),
  ]);
  const onFirst = await createOn(first.url);
  await onFirst.send(2);
  await follow(second, first);
  await second.client.replicaof('NO', 'ONE');
  await onFirst.send(1);
  const onSecond = await createOn(second.url);
  assert.equal(await onSecond.countRoom(), 3);
  assert.equal(await onFirst.countRoom(), 2);
});
