import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { createRefusal } from '../../src/core/refusal.js';
import type { Store, Transport } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createMetricsReader } from '../helpers/metrics.js';
import { createTestOtp } from '../helpers/otp.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';

const names = ['first', 'second'] as const;
type Name = (typeof names)[number];

/** Which transports accept a message, and whether it is for somebody else than the one before. */
const sending = fc.record({ first: fc.boolean(), second: fc.boolean(), isNew: fc.boolean() });

let people = 0;

/** What transports answer at once needs no time, only turns. */
const untilDelivered = () => new Promise((resolve) => setImmediate(resolve));

/** Two transports of one channel; the second is asked when the first refuses. */
function createTransports() {
  const accepts = { first: true, second: true };
  const delivered: { code: string; by: Name }[] = [];
  const transports = names.map(
    (name): Transport => ({
      name,
      channels: ['email'],
      async send({ code }) {
        if (!accepts[name]) return createRefusal('unauthorized', 'refused');
        delivered.push({ code, by: name });
        return { ok: true };
      },
    }),
  );
  return { transports, accepts, delivered };
}

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(() => redis.stop());

const stores: Record<string, () => Promise<Store>> = {
  'the memory store': async () => createMemoryStore(),
  Redis: () => createRedisStore({ url: redis.url, timeoutMs: 10_000 }),
};

for (const [name, createStore] of Object.entries(stores)) {
  describe(`on ${name}`, () => {
    test('a code that is verified counts for the transport that delivered it', async () => {
      const modes = fc.constantFrom('direct' as const, 'background' as const);
      const sends = fc.array(sending, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(modes, sends, async (deliveryMode, sends) => {
          const { registry, sum } = createMetricsReader();
          const { transports, accepts, delivered } = createTransports();
          const store = await createStore();
          const { otp } = createTestOtp({ metrics: registry, store, transports, deliveryMode });
          const expected = { first: 0, second: 0 };
          people++;
          for (const { isNew, ...next } of sends) {
            Object.assign(accepts, next);
            if (isNew) people++;
            await otp.request(`alice${people}@example.com`);
            await untilDelivered();
            const last = delivered.pop();
            if (!last) continue;
            const { status } = await otp.verify(`alice${people}@example.com`, last.code);
            assert.equal(status, 'valid');
            expected[last.by]++;
          }
          for (const [transport, count] of Object.entries(expected)) {
            for (const step of ['sent', 'verified']) {
              assert.equal(await sum('conversion_total', { channel: 'email', transport, step }), count);
            }
          }
          assert.equal(await sum('conversion_total', { transport: 'none' }), 0);
          await otp.close();
        }),
        { seed: 20261127, numRuns: 40 },
      );
    });
  });
}
