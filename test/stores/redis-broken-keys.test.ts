import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { unitsPerSend } from '../../src/core/ladder.js';
import type { RefundRequest, SpendRequest } from '../../src/count-verbs.js';
import type { Store } from '../../src/index.js';
import { explain } from '../../src/stores/redis/reasons.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createDayLadder } from '../../src/testing/store/spend-requests.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

describe('a key that something else has written', () => {
  let redis: RedisServer;
  let store: Required<Store>;
  before(async () => {
    redis = await startRedis();
    store = (await createRedisStore({ url: redis.url })) as Required<Store>;
  });
  after(async () => {
    await store.close?.();
    await redis.stop();
  });

  const pack = (lua: string, key: string) =>
    redis.client.eval(`redis.call('SET', KEYS[1], cmsgpack.pack(${lua}))`, 1, key);
  /** What else may be where a count is kept. */
  const breakages: Record<string, (key: string) => Promise<unknown>> = {
    'a list': async (key) => {
      await redis.client.del(key);
      await redis.client.rpush(key, 'x');
    },
    'a hash': async (key) => {
      await redis.client.del(key);
      await redis.client.hset(key, 'a', 'b');
    },
    'half a value': (key) => redis.client.set(key, Buffer.from([0x9f, 0xce, 0x01])),
    'an unknown form': (key) => redis.client.set(key, Buffer.from([0xc1])),
    'a number': (key) => pack('7', key),
    'a text': (key) => pack("'text'", key),
    'a list of texts': (key) => pack("{ 'a', 'b' }", key),
    'a list of lists': (key) => pack('{ {}, {} }', key),
    'half of a pair': (key) => pack('{ 1e9 }', key),
  };

  const createRequest = (slot: string): SpendRequest => ({
    slot,
    rows: [{ limit: 'request_ip_day', key: 'row', ladder: createDayLadder(1, 1) }],
    isOnSecondStep: false,
    isEnforced: true,
  });
  const isFree = async (request: SpendRequest) => (await store.spend(request)).status === 'counted';

  // Attack: with one bad key, keep what others get back counted against them.
  for (const [name, damage] of Object.entries(breakages)) {
    test(`${name}: whatever is given back next to it is given back, and only that fails`, async () => {
      const slots = [1, 2, 3, 4, 5].map((number) => `${name} ${number}`);
      const counted = await Promise.all(slots.map((slot) => store.spend(createRequest(slot))));
      const [key = ''] = await redis.client.keys(`*d:*${name} 2*`);
      assert.notEqual(key, '');
      await damage(key);
      const results = await Promise.allSettled(
        slots.map((slot, i) => {
          const { atMs } = counted[i] as { atMs: number };
          const request: RefundRequest = {
            ...createRequest(slot),
            atMs,
            units: unitsPerSend,
            isSignIn: false,
          };
          return store.refund(request);
        }),
      );
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
      );
      for (const slot of slots.filter((_, i) => i !== 1)) assert.ok(await isFree(createRequest(slot)), slot);
      const [, refused] = results;
      assert.ok(refused?.status === 'rejected');
      assert.equal(refused.reason.code, 'store_unavailable');
      assert.match(explain(refused.reason.cause), /holds something else.*REDIS_KEY_PREFIX/);
    });
  }

  test('alone, it fails as every other error does, and its other rows are given back', async () => {
    const rows = ['first', 'broken', 'last'].map((key) => ({
      ...(createRequest('alone').rows[0] as SpendRequest['rows'][number]),
      key,
    }));
    const request: SpendRequest = { ...createRequest('alone'), rows };
    const { atMs } = (await store.spend(request)) as { atMs: number };
    await (breakages['a list'] as (key: string) => Promise<unknown>)(
      (await redis.client.keys('*broken*'))[0] ?? '',
    );
    await assert.rejects(store.refund({ ...request, atMs, units: unitsPerSend, isSignIn: false }), {
      code: 'store_unavailable',
    });
    for (const row of rows.filter(({ key }) => key !== 'broken')) {
      assert.ok(await isFree({ ...request, rows: [row] }), row.key);
    }
  });
});
