import assert from 'node:assert/strict';
import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { OtpError } from '../../src/errors.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import type { Renewal } from '../../src/tokens/renewals.js';
import type { TokenOptions } from '../../src/tokens/tokens.js';
import { sealWithNonce } from '../helpers/old-seal.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const dayMs = 24 * 3600 * 1000;
const refreshTtlSeconds = 30 * 24 * 3600;
const unavailable = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));

async function signIn(changes: Partial<TokenOptions> = {}) {
  const kit = createTestTokens({ refreshTtlSeconds, ...changes });
  const issued = await kit.tokens.issue(grant);
  const readClaims = async (accessToken: string) => {
    const check = await kit.tokens.check(accessToken);
    if (!check.active) throw new Error('expected an active token');
    return check.claims;
  };
  return { ...kit, issued, readClaims };
}

describe('refresh tokens', () => {
  test('get the next tokens, with the claims and the time of the sign-in', async () => {
    const { tokens, clock, issued, readClaims } = await signIn();
    const first = await readClaims(issued.accessToken);
    assert.equal(issued.refreshExpiresInSeconds, refreshTtlSeconds);
    clock.advance(dayMs);
    const next = await tokens.refresh(issued.refreshToken);
    assert.ok(next?.refreshToken && next.refreshToken !== issued.refreshToken);
    assert.equal(next.refreshExpiresInSeconds, refreshTtlSeconds - 24 * 3600);
    const claims = await readClaims(next.accessToken);
    assert.deepEqual(
      [claims.sub, claims.purpose, claims.amr, claims.auth_time],
      [first.sub, first.purpose, first.amr, first.auth_time],
    );
    assert.equal(claims.iat, first.iat + 24 * 3600);
    assert.notEqual(claims.jti, first.jti);
  });

  // Attack: steal a refresh token and use it after its owner has; or before, so that the owner is the second.
  test('work once: a second use ends the sign-in for both sides', async () => {
    const { tokens, issued, warnings } = await signIn();
    const next = await tokens.refresh(issued.refreshToken);
    assert.ok(next);
    assert.equal(await tokens.refresh(issued.refreshToken), null);
    assert.equal(await tokens.refresh(next.refreshToken), null);
    assert.deepEqual(warnings, ['token.reused']);
  });

  test('of other sign-ins are not touched by that', async () => {
    const { tokens, issued } = await signIn();
    const other = await tokens.issue(grant);
    await tokens.refresh(issued.refreshToken);
    await tokens.refresh(issued.refreshToken);
    assert.ok(await tokens.refresh(other.refreshToken));
  });

  test('end at the time that was set at the sign-in, however often they are used', async () => {
    const { tokens, clock, issued } = await signIn();
    let token = issued.refreshToken;
    for (let day = 1; day < 30; day++) {
      clock.advance(dayMs);
      token = (await tokens.refresh(token))?.refreshToken;
      assert.ok(token);
    }
    clock.advance(dayMs);
    assert.equal(await tokens.refresh(token), null);
  });

  test('of earlier versions are still taken, once, and followed by one of today', async () => {
    const refreshKey = createSecretKey(randomBytes(32));
    const store = createMemoryStore();
    const { tokens, clock } = await signIn({ refreshKey, store });
    const seconds = Math.floor(clock() / 1000);
    const issueOld = async (family: string, expiresAt: number, namespace = 'default') => {
      const text = JSON.stringify([family, expiresAt, grant.identity, grant.purpose, ['otp'], seconds]);
      const token = `otr1.${sealWithNonce(refreshKey, text, `refresh ${namespace}`)}`;
      const next = createHash('sha256').update(token).digest('base64url');
      await store.exchange({ family, presented: null, next, ttlSeconds: 3600 });
      return token;
    };
    const old = await issueOld('family', seconds + 3600);
    const next = await tokens.refresh(old);
    assert.match(next?.refreshToken ?? '', /^otr2\./);
    assert.equal(next?.refreshExpiresInSeconds, 3600);
    assert.ok(await tokens.refresh(next?.refreshToken));
    assert.equal(await tokens.refresh(await issueOld('other', seconds + 3600, 'shop')), null);
    assert.equal(await tokens.refresh(await issueOld('ended', seconds)), null);
    // Attack: use the old one a second time.
    const stolen = await issueOld('stolen', seconds + 3600);
    const mine = await tokens.refresh(stolen);
    assert.equal(await tokens.refresh(stolen), null);
    assert.equal(await tokens.refresh(mine?.refreshToken), null);
  });

  // Attack: take one form of token for the other.
  test('are opened in the form that they are marked with', async () => {
    const { tokens, issued } = await signIn();
    const token = issued.refreshToken ?? '';
    assert.equal(await tokens.refresh(token.replace('otr2.', 'otr1.')), null);
    assert.ok(await tokens.refresh(token));
  });

  // Attack: read the store, or the token.
  test('tell nothing of the identity, in the token or in the store', async () => {
    const seen: unknown[] = [];
    const memory = createMemoryStore();
    const store = {
      ...memory,
      exchange: (request: Parameters<typeof memory.exchange>[0]) => {
        seen.push(request);
        return memory.exchange(request);
      },
    };
    const { issued } = await signIn({ store });
    const token = issued.refreshToken ?? '';
    const decoded = Buffer.from(token.slice('otr2.'.length), 'base64url').toString('latin1');
    assert.doesNotMatch(`${token}${decoded}${JSON.stringify(seen)}`, /alice|example/);
    assert.ok(!JSON.stringify(seen).includes(token));
  });

  // Attack: make one up, change one, or bring one from elsewhere.
  test('that are not ours, byte for byte, are refused and end nothing', async () => {
    const { tokens, issued } = await signIn();
    const token = issued.refreshToken ?? '';
    const elsewhere = await signIn({ refreshKey: createSecretKey(randomBytes(32)) });
    const otherNamespace = await signIn({ namespace: 'shop' });
    const forged: unknown[] = [
      elsewhere.issued.refreshToken,
      otherNamespace.issued.refreshToken,
      issued.accessToken,
      `${token}=`,
      `${token} `,
      token.slice(0, -1),
      token.toUpperCase(),
      'otr2.',
      'otr2.AAAA',
      '',
      'x'.repeat(5000),
      null,
      undefined,
      42,
      [token],
    ];
    for (let i = 5; i < token.length; i += 7) {
      forged.push(token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1));
    }
    for (const each of forged) {
      assert.equal(await tokens.refresh(each), null);
      await tokens.revoke(each === issued.accessToken ? null : each);
    }
    assert.ok(await tokens.refresh(token));
  });

  test('are not given for other purposes, and not while they are off', async () => {
    const { tokens } = await signIn();
    const payment = await tokens.issue({ ...grant, purpose: 'payment' });
    assert.equal(payment.refreshToken, undefined);
    const off = createTestTokens();
    assert.deepEqual(Object.keys(await off.tokens.issue(grant)), ['accessToken', 'expiresInSeconds']);
    assert.equal(off.tokens.canRefresh, false);
  });

  test('are left out when the store cannot keep them: the code is used up, and the person is signed in', async () => {
    const store = { ...createMemoryStore(), exchange: unavailable };
    const { issued, readClaims, warnings } = await signIn({ store });
    assert.equal(issued.refreshToken, undefined);
    assert.equal((await readClaims(issued.accessToken)).sub, grant.identity);
    assert.match(warnings.join(), /session\.shortened/);
  });

  test('are not used up by a failure to read further claims', async () => {
    let isBroken = false;
    const { tokens, issued } = await signIn({
      readClaims: () => (isBroken ? Promise.reject(new Error('no database')) : { plan: 'pro' }),
    });
    isBroken = true;
    await assert.rejects(tokens.refresh(issued.refreshToken), /no database/);
    isBroken = false;
    assert.ok(await tokens.refresh(issued.refreshToken));
  });
});

describe('a session', () => {
  const session = { ...grant, isSession: true };
  const readToken = (renewal: Renewal) => (renewal.status === 'renewed' ? renewal.token.accessToken : '');

  test('is renewed while it lives, as often as its pages ask at once', async () => {
    const { tokens, clock, readClaims } = await signIn();
    const issued = await tokens.issue(session);
    assert.equal(issued.refreshToken, undefined);
    const claims = await readClaims(issued.accessToken);
    clock.advance(600_000);
    const renewed = await Promise.all(Array.from({ length: 20 }, () => tokens.renew(claims)));
    for (const renewal of renewed) {
      const next = await readClaims(readToken(renewal));
      assert.deepEqual(
        [next.sub, next.sid, next.auth_time, next.iat],
        [claims.sub, claims.sid, claims.auth_time, claims.iat + 600],
      );
    }
  });

  // Attack: keep a cookie that was copied before its owner signed out.
  test('ends with all its tokens when one of them is revoked, and with no other session', async () => {
    const { tokens, clock, readClaims } = await signIn();
    const issued = await tokens.issue(session);
    const other = await tokens.issue(session);
    const claims = await readClaims(issued.accessToken);
    clock.advance(600_000);
    const renewed = readToken(await tokens.renew(claims));
    await tokens.revoke(renewed);
    for (const token of [issued.accessToken, renewed]) {
      assert.deepEqual(await tokens.check(token), { active: false });
    }
    assert.deepEqual(await tokens.renew(claims), { status: 'kept' });
    assert.equal((await tokens.check(other.accessToken)).active, true);
  });

  test('ends some time after the sign-in, however it is used', async () => {
    const { tokens, clock, readClaims } = await signIn({ refreshTtlSeconds: 3600 });
    let token = (await tokens.issue(session)).accessToken;
    for (let i = 0; i < 5; i++) {
      clock.advance(600_000);
      token = readToken(await tokens.renew(await readClaims(token)));
    }
    const last = await readClaims(token);
    clock.advance(600_000);
    assert.deepEqual(await tokens.renew(last), { status: 'kept' });
  });

  test('that cannot be renewed continues with the token it has', async () => {
    const memory = createMemoryStore();
    let isDown = false;
    const { tokens, readClaims, warnings } = await signIn({
      store: { ...memory, exchange: (request) => (isDown ? unavailable() : memory.exchange(request)) },
    });
    const issued = await tokens.issue(session);
    const claims = await readClaims(issued.accessToken);
    isDown = true;
    assert.deepEqual(await tokens.renew(claims), { status: 'kept' });
    assert.match(warnings.join(), /renewal\.failed/);
    assert.equal((await tokens.check(issued.accessToken)).active, true);
  });

  test('has no id where nothing is renewed', async () => {
    const { tokens } = createTestTokens();
    const { accessToken } = await tokens.issue(session);
    const check = await tokens.check(accessToken);
    assert.ok(check.active && check.claims.sid === undefined);
    assert.deepEqual(await tokens.renew(check.claims), { status: 'kept' });
  });
});
