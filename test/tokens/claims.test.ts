import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const alice = 'alice@example.com';

test('claims of the application stand in the token, also after a refresh', async () => {
  const asked: string[] = [];
  const { otp, obtain } = createTestOtp({
    refreshTokenTtlSeconds: 3600,
    claims: async (identity) => {
      asked.push(identity);
      return { roles: ['admin'], plan: `pro ${asked.length}` };
    },
  });
  const result = await otp.verify(alice, await obtain(alice));
  assert.ok(result.status === 'valid');
  const check = await otp.verifyToken(result.accessToken);
  assert.ok(check.active);
  assert.deepEqual([check.claims['roles'], check.claims['plan']], [['admin'], 'pro 1']);
  const next = await otp.refresh(result.refreshToken);
  const later = await otp.verifyToken(next?.accessToken);
  assert.ok(later.active);
  assert.equal(later.claims['plan'], 'pro 2');
  assert.deepEqual(asked, [alice, alice]);
});

// Attack: have the application copy what a person typed into its claims.
test('no claim of the application overrides one that is registered or ours', async () => {
  const { tokens } = createTestTokens();
  const plain = await tokens.check((await tokens.issue(grant)).accessToken);
  const extraClaims = {
    iss: 'x',
    sub: 'mallory@example.com',
    aud: 'x',
    exp: 9_999_999_999,
    nbf: 9_999_999_999,
    iat: 0,
    jti: 'x',
    auth_time: 0,
    purpose: 'payment',
    namespace: 'x',
    amr: ['hwk'],
    sid: 'x',
    team: 'blue',
  };
  const check = await tokens.check((await tokens.issue({ ...grant, extraClaims })).accessToken);
  assert.ok(plain.active && check.active);
  const { jti: _, team, ...rest } = check.claims;
  const { jti: __, ...expected } = plain.claims;
  assert.deepEqual(rest, expected);
  assert.equal(team, 'blue');
});

test('a token says when and how the person signed in', async () => {
  const { otp, clock, obtain } = createTestOtp();
  const code = await obtain('+4915112345678');
  clock.advance(60_000);
  const result = await otp.verify('+4915112345678', code);
  assert.ok(result.status === 'valid');
  const check = await otp.verifyToken(result.accessToken);
  assert.ok(check.active);
  assert.deepEqual(check.claims.amr, ['otp', 'sms']);
  assert.equal(check.claims.auth_time, Math.floor(clock() / 1000));
  const email = await otp.verify(alice, await obtain(alice));
  assert.ok(email.status === 'valid');
  const other = await otp.verifyToken(email.accessToken);
  assert.deepEqual(other.active && other.claims.amr, ['otp']);
});

// Attack: let the code come by SMS and ask for it again over WhatsApp, to pass where a code by SMS is not enough.
test('a token names SMS when the code was sent over it, whatever it was sent over since', async () => {
  const { otp, obtain } = createTestOtp();
  const readAmr = async (code: string) => {
    const result = await otp.verify('+4915112345678', code);
    assert.ok(result.status === 'valid');
    const check = await otp.verifyToken(result.accessToken);
    return check.active && check.claims.amr;
  };
  await obtain('+4915112345678', { channel: 'sms' });
  assert.deepEqual(await readAmr(await obtain('+4915112345678', { channel: 'whatsapp' })), ['otp', 'sms']);
  assert.deepEqual(await readAmr(await obtain('+4915112345678', { channel: 'whatsapp' })), ['otp']);
});

test('a failure to read claims costs an attempt and not the code', async () => {
  let isBroken = true;
  const { otp, obtain } = createTestOtp({
    claims: () => {
      if (isBroken) throw new Error('no database');
      return {};
    },
  });
  const code = await obtain(alice);
  await assert.rejects(otp.verify(alice, code), /no database/);
  isBroken = false;
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

test('claims that do not fit in a token are a fault that says so', async () => {
  const { tokens } = createTestTokens();
  await assert.rejects(tokens.issue({ ...grant, extraClaims: { all: 'x'.repeat(4000) } }), {
    code: 'internal',
    message: 'The claims do not fit in a token of 4000 characters',
  });
});
