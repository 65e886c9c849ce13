import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestTokens, grant } from '../helpers/tokens.js';

describe('a token that has been checked before', () => {
  // Attack: continue with a token that was good when it was first seen.
  test('ends when it expires and when it is revoked, to the second', async () => {
    const { tokens, clock } = createTestTokens();
    const [first, second] = [await tokens.issue(grant), await tokens.issue(grant)];
    for (const { accessToken } of [first, second, first, second]) {
      assert.equal((await tokens.check(accessToken)).active, true);
    }
    await tokens.revoke(second.accessToken);
    assert.deepEqual(await tokens.check(second.accessToken), { active: false });
    clock.advance(899_000);
    assert.equal((await tokens.check(first.accessToken)).active, true);
    clock.advance(1_000);
    assert.deepEqual(await tokens.check(first.accessToken), { active: false });
  });

  // Attack: have the application change the claims that it was given, which would be the claims of the next request.
  test('says what it said, whatever was done to its claims since', async () => {
    const { tokens } = createTestTokens();
    const teams = [{ name: 'sales', roles: ['read'] }];
    const extraClaims = { teams, ...JSON.parse('{"nested":{"__proto__":{"isAdmin":true}}}') };
    const { accessToken } = await tokens.issue({ ...grant, extraClaims });
    const first = await tokens.check(accessToken);
    assert.ok(first.active);
    const expected = structuredClone(first);
    first.claims.amr.push('hwk');
    for (let i = 0; i < 3; i++) {
      const again = await tokens.check(accessToken);
      assert.deepEqual(again, expected);
      assert.ok(again.active);
      again.claims.sub = 'mallory@example.com';
      again.claims.amr.push('hwk');
      const [team] = again.claims['teams'] as typeof teams;
      team?.roles.push('write');
      assert.equal((again.claims['nested'] as { isAdmin?: boolean }).isAdmin, undefined);
    }
  });

  // Attack: change one letter of a token that is known.
  test('vouches for no other token', async () => {
    const { tokens } = createTestTokens();
    const { accessToken } = await tokens.issue(grant);
    await tokens.check(accessToken);
    for (let i = 0; i < accessToken.length; i++) {
      const other = accessToken.slice(0, i) + (accessToken[i] === 'A' ? 'B' : 'A') + accessToken.slice(i + 1);
      assert.deepEqual(await tokens.check(other), { active: false });
    }
  });
});
