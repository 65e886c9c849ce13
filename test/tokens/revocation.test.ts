import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtpError } from '../../src/errors.js';
import type { EndedRequest } from '../../src/store-verbs.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

/** Stores that `answer` is asked of instead: one that knows sign-outs, and one from before there were any. */
function createStores(answer: (look: () => Promise<boolean>) => Promise<boolean>) {
  const { clear: _clear, ended: _ended, ...old } = createMemoryStore();
  const memory = createMemoryStore();
  return [
    { ...old, claimed: (key: string) => answer(() => old.claimed(key)) },
    { ...memory, ended: (request: EndedRequest) => answer(async () => memory.ended?.(request) ?? false) },
  ];
}

test('a revoked token is not active any more, and no other token is touched', async () => {
  const { tokens, clock } = createTestTokens();
  const first = await tokens.issue(grant);
  const second = await tokens.issue(grant);
  await tokens.revoke(first.accessToken);
  await tokens.revoke(first.accessToken);
  assert.deepEqual(await tokens.check(first.accessToken), { active: false });
  assert.equal((await tokens.check(second.accessToken)).active, true);
  // The list may forget it only once it has expired anyway.
  for (let i = 0; i < 9; i++) {
    clock.advance(99_900);
    assert.deepEqual(await tokens.check(first.accessToken), { active: false });
  }
});

// Attack: fill the deny-list, or end the token of someone else, with tokens that one makes up.
test('what is not one of our active tokens is not stored', async () => {
  const claimed: string[] = [];
  const memory = createMemoryStore();
  const store = {
    ...memory,
    claim: (key: string, ttlSeconds: number) => {
      claimed.push(key);
      return memory.claim(key, ttlSeconds);
    },
  };
  const { tokens, clock } = createTestTokens({ store });
  const { accessToken } = await tokens.issue(grant);
  const foreign = createTestTokens({ issuer: 'elsewhere' });
  for (const token of [
    (await foreign.tokens.issue(grant)).accessToken,
    `${accessToken}x`,
    accessToken.slice(0, -2),
    '',
    null,
    undefined,
    42,
  ]) {
    await tokens.revoke(token);
  }
  assert.deepEqual(claimed, []);
  await tokens.revoke(accessToken);
  assert.equal(claimed.length, 1);
  clock.advance(900_000);
  await tokens.revoke(accessToken);
  assert.equal(claimed.length, 1);
});

test('without the store the signature decides, which is logged once, and the store is not asked each time', async () => {
  let asked = 0;
  let isDown = true;
  const stores = createStores((look) => {
    asked += 1;
    if (isDown) throw new OtpError('store_unavailable', 'The store does not answer');
    return look();
  });
  for (const store of stores) {
    [asked, isDown] = [0, true];
    const { tokens, clock, warnings } = createTestTokens({ store });
    const { accessToken } = await tokens.issue(grant);
    for (let i = 0; i < 10; i++) assert.equal((await tokens.check(accessToken)).active, true);
    assert.equal(asked, 1);
    clock.advance(1000);
    assert.equal((await tokens.check(accessToken)).active, true);
    assert.equal(asked, 2);
    assert.deepEqual(warnings, ['revocations.unknown']);
    isDown = false;
    clock.advance(1000);
    await tokens.revoke(accessToken);
    assert.deepEqual(await tokens.check(accessToken), { active: false });
  }
});

// A bad day: the store fails, and right afterwards the system's clock is set back.
test('a clock that is set back does not keep a revoked token active', async () => {
  let isDown = false;
  const stores = createStores((look) => {
    if (isDown) throw new OtpError('store_unavailable', 'The store does not answer');
    return look();
  });
  for (const store of stores) {
    const { tokens, clock } = createTestTokens({ store });
    const { accessToken } = await tokens.issue(grant);
    await tokens.revoke(accessToken);
    isDown = true;
    assert.equal((await tokens.check(accessToken)).active, true);
    isDown = false;
    clock.set(-200_000);
    clock.advance(1000);
    assert.deepEqual(await tokens.check(accessToken), { active: false });
  }
});

test('where revocation is required, no token is active while the store cannot say', async () => {
  const fail = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));
  for (const store of createStores(fail)) {
    const kit = createTestTokens({ store, isRevocationRequired: true });
    const { accessToken } = await kit.tokens.issue(grant);
    assert.deepEqual(await kit.tokens.check(accessToken), { active: false });
    assert.match(kit.warnings.join(), /revocations\.unknown/);
  }
});

test('a revocation that cannot be kept is said to be so', async () => {
  const memory = createMemoryStore();
  const claim = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));
  const { tokens } = createTestTokens({ store: { ...memory, claim } });
  const { accessToken } = await tokens.issue(grant);
  await assert.rejects(tokens.revoke(accessToken), { code: 'store_unavailable' });
});
