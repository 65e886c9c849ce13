import { after, before, describe } from 'node:test';
import { createRedisStore } from '../../src/stores/redis.js';
import { describeBudgets } from '../contracts/budgets.js';
import { describeDayCounts } from '../contracts/day-counts.js';
import { describeDaySends } from '../contracts/day-sends.js';
import { describeGuesses } from '../contracts/guesses.js';
import { describeInspection } from '../contracts/inspection.js';
import { describeSignOuts } from '../contracts/sign-outs.js';
import { describeStore, type StoreHarness } from '../contracts/store.js';
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
  describeSignOuts('the Redis store', () => createHarness(url));
  describeInspection('the Redis store', () => createHarness(url));
  describeDayCounts('the Redis store', () => createHarness(url));
  describeDaySends('the Redis store', () => createHarness(url));
  describeBudgets('the Redis store', () => createHarness(url));
  describeGuesses('the Redis store', () => createHarness(url));
});

describe('on a cluster of three', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>;
  before(async () => {
    cluster = await startRedisCluster();
  });
  after(() => cluster.stop());
  describeStore('the Redis store', () => createHarness(cluster.url));
  describeSignOuts('the Redis store', () => createHarness(cluster.url));
  describeInspection('the Redis store', () => createHarness(cluster.url));
  describeDayCounts('the Redis store', () => createHarness(cluster.url));
  describeDaySends('the Redis store', () => createHarness(cluster.url));
  describeBudgets('the Redis store', () => createHarness(cluster.url));
});
