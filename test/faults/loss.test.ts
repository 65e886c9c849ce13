import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { createOtpOn } from '../helpers/otp.js';
import { follow, type RedisServer, startRedis, untilReplicated } from '../helpers/redis.js';
import { patienceMs } from '../helpers/until.js';

const alice = 'alice@example.com';
/** Longer than any pause of the machine: nothing here is about the limit. */
const timeoutMs = 10_000;

/** The library on a Redis server; limits wide enough for the replays. */
async function createOn(url: string, options: { allowUnfenced?: boolean } = {}) {
  const { otp, inbox } = createOtpOn(await createRedisStore({ url, timeoutMs, ...options }));
  const obtain = async () => {
    assert.equal((await otp.request(alice)).status, 'sent');
    return inbox.lastCode();
  };
  return { otp, obtain, close: () => otp.close() };
}

type Kit = Awaited<ReturnType<typeof createOn>>;

/** Three replays of a used code, none accepted, then one fresh flow that succeeds. */
async function expectSafeAndAlive(kit: Kit, used: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (let replay = 0; replay < 3; replay++) {
    const result = await untilAnswered(() => kit.otp.verify(alice, used), deadline);
    assert.notEqual(result.status, 'valid');
  }
  // The replays may have spent attempts of a code that came back; a fresh flow must not depend on it.
  const fresh = await untilAnswered(() => kit.otp.request('bob@example.com'), deadline);
  assert.equal(fresh.status, 'sent');
  const code = await kit.obtain();
  assert.equal((await kit.otp.verify(alice, code)).status, 'valid');
}

/** Calls again while the store is away; anything but `store_unavailable` is a failure. */
async function untilAnswered<Result>(call: () => Promise<Result>, deadline: number): Promise<Result> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      assert.equal((error as { code: string }).code, 'store_unavailable');
      if (performance.now() > deadline)
        throw new Error('the store did not come back in time', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('a code that was used is never accepted again', () => {
  // Each takes the memory back to before the verify, where a plain tombstone would be forgotten.
  const losses: [what: string, args: string[], lose: (server: RedisServer) => Promise<void>][] = [
    [
      'after kill -9 and an empty restart',
      [],
      async (server) => {
        await server.kill();
        await server.restart();
      },
    ],
    ['after FLUSHALL', [], async (server) => void (await server.client.flushall())],
    [
      'after kill -9 and a restart from a snapshot taken before the verify',
      ['--dbfilename', 'live.rdb'],
      async (server) => {
        await server.kill();
        copyFileSync(join(server.folder, 'before.rdb'), join(server.folder, 'live.rdb'));
        await server.restart();
        assert.notEqual(await server.client.dbsize(), 0, 'the snapshot brought nothing back');
      },
    ],
  ];
  for (const [what, args, lose] of losses) {
    test(what, async () => {
      const server = await startRedis(args);
      const kit = await createOn(server.url);
      try {
        const code = await kit.obtain();
        await server.client.save();
        if (args.length > 0) copyFileSync(join(server.folder, 'live.rdb'), join(server.folder, 'before.rdb'));
        else rmSync(join(server.folder, 'dump.rdb'), { force: true });
        assert.equal((await kit.otp.verify(alice, code)).status, 'valid');
        await lose(server);
        await expectSafeAndAlive(kit, code);
      } finally {
        await kit.close();
        await server.stop();
      }
    });
  }

  test('after failover to a replica whose replication was cut before the verify, and after failing back', async () => {
    const first = await startRedis(['--repl-diskless-sync-delay', '0']);
    const second = await startRedis(['--repl-diskless-sync-delay', '0']);
    const onFirst = await createOn(first.url);
    const onSecond = await createOn(second.url).catch(() => null);
    try {
      await follow(second, first);
      const code = await onFirst.obtain();
      await untilReplicated(first);
      // Cut: the replica keeps the record and never hears of the verify.
      await second.client.replicaof('NO', 'ONE');
      assert.equal((await onFirst.otp.verify(alice, code)).status, 'valid');

      assert.ok(onSecond);
      assert.notEqual(await second.client.dbsize(), 0);
      await expectSafeAndAlive(onSecond, code);

      // Back: the first server rejoins as a replica of the second, gets the old record back, and is promoted.
      const later = await onSecond.obtain();
      await follow(first, second);
      await first.client.replicaof('NO', 'ONE');
      assert.equal((await onSecond.otp.verify(alice, later)).status, 'valid');
      assert.notEqual(await first.client.dbsize(), 0);
      await expectSafeAndAlive(onFirst, code);
      await expectSafeAndAlive(onFirst, later);
    } finally {
      await onFirst.close();
      await onSecond?.close();
      await first.stop();
      await second.stop();
    }
  });

  // Not a promise but a warning: this is what REDIS_ALLOW_UNFENCED gives up, and that these tests would notice.
  test('unless the fence is given up: then a snapshot brings a used code back', async () => {
    const server = await startRedis(['--dbfilename', 'live.rdb']);
    const kit = await createOn(server.url, { allowUnfenced: true });
    try {
      const code = await kit.obtain();
      await server.client.save();
      assert.equal((await kit.otp.verify(alice, code)).status, 'valid');
      await server.kill();
      await server.restart();
      const result = await untilAnswered(() => kit.otp.verify(alice, code), performance.now() + patienceMs);
      assert.equal(result.status, 'valid');
    } finally {
      await kit.close();
      await server.stop();
    }
  });

  test('a replica never answers a verify, not even with expired', async () => {
    const master = await startRedis(['--repl-diskless-sync-delay', '0']);
    const replica = await startRedis(['--repl-diskless-sync-delay', '0']);
    const kit = await createOn(replica.url);
    try {
      await follow(replica, master);
      await assert.rejects(kit.otp.verify(alice, '123456'), { code: 'store_unavailable' });
      await assert.rejects(kit.otp.ping(), { code: 'store_unavailable' });
    } finally {
      await kit.close();
      await master.stop();
      await replica.stop();
    }
  });
});

// A failover behind an address that moves: the old master keeps its connections, as a replica.
test('a master that is demoted is left for the one that its address leads to next', async () => {
  const [first, second] = [await startRedis(), await startRedis()];
  let target = first.port;
  const proxy = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as { port: number };
  const kit = await createOn(`redis://127.0.0.1:${port}`);
  try {
    const used = await kit.obtain();
    assert.equal((await kit.otp.verify(alice, used)).status, 'valid');
    target = second.port;
    await first.client.replicaof('127.0.0.1', second.port);
    await expectSafeAndAlive(kit, used);
  } finally {
    await kit.close();
    proxy.close();
    await first.stop();
    await second.stop();
  }
});

describe('a server that is not fit is refused at start, and the option that accepts it is named', () => {
  test('one that may evict', async () => {
    const server = await startRedis(['--maxmemory-policy', 'allkeys-lru']);
    try {
      await assert.rejects(createRedisStore({ url: server.url, timeoutMs }), {
        code: 'store_unavailable',
        message: /maxmemory-policy is allkeys-lru.*REDIS_ALLOW_EVICTION=true/,
      });
      await (await createRedisStore({ url: server.url, timeoutMs, allowEviction: true })).close();
    } finally {
      await server.stop();
    }
  });

  test('one that hides what it is', async () => {
    const server = await startRedis(['--user', 'default', 'on', 'nopass', '~*', '+@all', '-info']);
    try {
      await assert.rejects(createRedisStore({ url: server.url, timeoutMs }), {
        code: 'store_unavailable',
        message: /hides master_replid.*REDIS_ALLOW_UNFENCED=true/,
      });
      const store = await createRedisStore({ url: server.url, timeoutMs, allowUnfenced: true });
      await store.ping();
      await store.close();
    } finally {
      await server.stop();
    }
  });

  test('one that has no such database', async () => {
    const server = await startRedis();
    try {
      await assert.rejects(createRedisStore({ url: `${server.url}/99`, timeoutMs }), {
        code: 'store_unavailable',
        message: /DB index is out of range/,
      });
      await (await createRedisStore({ url: `${server.url}/3`, timeoutMs })).close();
    } finally {
      await server.stop();
    }
  });

  test('one that is not there', async () => {
    const server = await startRedis();
    await server.stop();
    await assert.rejects(createRedisStore({ url: server.url, timeoutMs }), {
      code: 'store_unavailable',
      message: /Redis cannot be reached: .*ECONNREFUSED/,
    });
  });
});
