import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deriveKeys } from '../../src/core/keys.js';
import { createAltchaCheck } from '../../src/human-check/altcha.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { solve } from '../helpers/human-check.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(() => redis?.stop());

const context = { budgetTag: 'tag', network: '192.0.2.0/24', purpose: 'login', pressure: 'none' } as const;

test('a solution counts once over all instances on one Redis, and its trace is gone after minutes', async (t) => {
  // Attack: send one solution to every instance behind the load balancer at the same moment.
  const stores = await Promise.all(
    [1, 2, 3, 4].map(() => createRedisStore({ url: redis.url, timeoutMs: 10_000 })),
  );
  t.after(() => Promise.all(stores.map((store) => store.close())));
  const key = deriveKeys({ secret: Buffer.alloc(32, 1) }).humanCheck;
  const checks = stores.map((store) => createAltchaCheck({ key, store, clock: Date.now }));
  const asked = await checks[0]?.ask(context);
  assert.ok(asked?.provider === 'altcha');
  const solution = solve(asked.challenge);
  const passed = await Promise.all(
    Array.from({ length: 40 }, (_, index) => checks[index % 4]?.passes(solution, context)),
  );
  assert.equal(passed.filter(Boolean).length, 1);
  const keys = await redis.client.keys('*');
  for (const name of keys) {
    const left = await redis.client.pttl(name);
    assert.ok(left > 0 && left <= 300_000, `${name} ends after ${left} ms`);
    assert.ok(!name.includes(context.network) && !name.includes(context.budgetTag));
  }
});
