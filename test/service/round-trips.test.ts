import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestOtp } from '../helpers/otp.js';

/** Counts what a call asks of the store. */
function createCounted() {
  const store = createMemoryStore();
  let asked = 0;
  const counted = Object.fromEntries(
    Object.entries(store).map(([name, verb]) => [
      name,
      (...given: unknown[]) => {
        asked += 1;
        return Reflect.apply(verb, store, given);
      },
    ]),
  ) as unknown as Store;
  const cost = async (call: () => Promise<unknown>) => {
    const from = asked;
    await call();
    return asked - from;
  };
  return { store: counted, cost };
}

// Attack: have a slow store asked so often that an answer takes many times its time limit.
test('a request asks the store twice at most, a verify three times, four where a sign-in is to last, and a sign-in gives back in one more', async () => {
  for (const refreshTokenTtlSeconds of [0, 3600]) {
    const { store, cost } = createCounted();
    const { otp, inbox } = createTestOtp({ store, refreshTokenTtlSeconds, dayBudgets: 'enforce' });
    const options = { ip: '198.51.100.7' };
    // One in ten also takes a block of attempts at short codes.
    await otp.request('warm@example.com', options);
    assert.equal(await cost(() => otp.request('alice@example.com', options)), 2);
    assert.equal(await cost(() => otp.verify('alice@example.com', '0000', options)), 2);
    const code = inbox.lastCode();
    assert.equal(
      await cost(() => otp.verify('alice@example.com', code, options)),
      refreshTokenTtlSeconds ? 5 : 4,
    );
  }
});
