import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { stopAtEnd } from '../helpers/leftovers.js';
import { createTestOtp } from '../helpers/otp.js';
import { startRedis } from '../helpers/redis.js';

const alice = 'alice@example.com';

async function startOnRedis() {
  const server = await startRedis();
  stopAtEnd(() => server.stop());
  const store = await createRedisStore({ url: server.url, timeoutMs: 10_000 });
  stopAtEnd(() => store.close());
  const otp = createTestOtp({ store });
  return { before: otp, lose: async () => void (await server.client.flushall()), after: otp };
}

async function startInMemory() {
  const [before, after] = [
    createTestOtp({ store: createMemoryStore() }),
    createTestOtp({ store: createMemoryStore() }),
  ];
  return { before, lose: async () => {}, after };
}

// Attack: have the store lose its data, to use a code again or to guess once more at one that is pending.
for (const [what, start] of Object.entries({
  FLUSHALL: startOnRedis,
  'a restart of a process with the memory store': startInMemory,
})) {
  test(`after ${what} pending codes have ended, used ones stay used, and only limits start again`, async () => {
    const { before, lose, after } = await start();
    const used = await before.obtain(alice);
    assert.equal((await before.otp.verify(alice, used)).status, 'valid');
    const pending = await before.obtain(alice);
    for (let i = 0; i < 3; i++) await before.obtain(alice, { bind: true });
    assert.equal((await before.otp.request(alice)).status, 'rate_limited');
    await lose();
    for (const code of [used, pending]) assert.equal((await after.otp.verify(alice, code)).status, 'expired');
    for (let i = 0; i < 5; i++) assert.equal((await after.otp.request(alice)).status, 'sent');
    assert.equal((await after.otp.request(alice)).status, 'rate_limited');
  });
}
