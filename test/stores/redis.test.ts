import { after, before, describe } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { describeStore, type StoreHarness } from '../../src/testing/index.js';
import { type RedisServer, startRedis, startRedisCluster } from '../helpers/redis.js';

/** Callers with a connection each, as processes have, on one memory whose clock the test moves. */
async function createHarness(url: string): Promise<StoreHarness> {
  let offsetMs = 0;
  const stores: Awaited<ReturnType<typeof createRedisStore>>[] = [];
  return {
    async connect() {
      const store = await createRedisStore({ url, timeoutMs: 10_000, testClockOffsetMs: () => offsetMs });
      stores.push(store);
      return store;
    },
    async advance(ms) {
      offsetMs += ms;
    },
    async close() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

describe('on a single server', () => {
  // REDIS_URL may point to a server elsewhere, such as another version; what the tests leave there expires.
  let url = process.env.REDIS_URL ?? '';
  let server: RedisServer | undefined;
  before(async () => {
    if (url !== '') return;
    server = await startRedis();
    url = server.url;
  });
  after(() => server?.stop());
  describeStore('the Redis store', () => createHarness(url));
});

describe('on a cluster of three', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());
  describeStore('the Redis store', () => createHarness(cluster.url));
});
