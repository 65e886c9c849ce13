import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

// Attack: bring a revoked token to an instance whose clock is behind that of the store, once the store has forgotten it.
test('a token stays revoked where the clock is five minutes behind that of the store', async () => {
  for (const isSession of [false, true]) {
    const storeClock = createManualClock();
    const store = createMemoryStore({ clock: storeClock });
    const { tokens, clock } = createTestTokens({ store, refreshTtlSeconds: 3600 });
    const { accessToken } = await tokens.issue({ ...grant, isSession });
    await tokens.revoke(accessToken);
    clock.advance(899_000);
    storeClock.advance(899_000 + 300_000);
    assert.deepEqual(await tokens.check(accessToken), { active: false });
  }
});

// Attack: have a session renewed while it is being ended, by way of a slow look-up of claims.
test('a session that ends while its renewal waits for claims is not renewed', async () => {
  let answer = () => {};
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { tokens } = createTestTokens({
    refreshTtlSeconds: 3600,
    readClaims: () => {
      asked();
      return new Promise((resolve) => {
        answer = () => resolve({});
      });
    },
  });
  const { accessToken } = await tokens.issue({ ...grant, isSession: true });
  const check = await tokens.check(accessToken);
  assert.ok(check.active);
  const renewal = tokens.renew(check.claims);
  await isAsked;
  await tokens.revoke(accessToken);
  answer();
  assert.deepEqual(await renewal, { status: 'kept' });
});

test('claims that have grown too large for a token use up no refresh token', async () => {
  let plan = 'x'.repeat(4000);
  const { tokens } = createTestTokens({ refreshTtlSeconds: 3600, readClaims: () => ({ plan }) });
  const { refreshToken } = await tokens.issue(grant);
  await assert.rejects(tokens.refresh(refreshToken), { code: 'internal' });
  plan = 'pro';
  assert.ok(await tokens.refresh(refreshToken));
});
