import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { jwtVerify, SignJWT } from 'jose';
import { jwtSecret } from '../helpers/otp.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const alice = 'alice@example.com';
const key = Buffer.from(jwtSecret);

test('a token carries every claim, and a relying party checks it with the UTF-8 bytes of the secret', async () => {
  const { tokens, clock } = createTestTokens();
  const { accessToken, expiresInSeconds } = await tokens.issue(grant);
  assert.equal(expiresInSeconds, 900);
  const { payload, protectedHeader } = await jwtVerify(accessToken, key, {
    algorithms: ['HS256'],
    issuer: 'stateless-otp',
    audience: 'stateless-otp',
    typ: 'JWT',
    currentDate: new Date(clock()),
  });
  assert.deepEqual(protectedHeader, { alg: 'HS256', typ: 'JWT' });
  const issuedAt = Math.floor(clock() / 1000);
  assert.deepEqual(payload, {
    iss: 'stateless-otp',
    aud: 'stateless-otp',
    sub: alice,
    iat: issuedAt,
    exp: issuedAt + 900,
    jti: payload.jti,
    auth_time: issuedAt,
    purpose: 'sign-in',
    namespace: 'default',
    amr: ['otp'],
  });
  assert.match(payload.jti ?? '', /^[\w-]{22}$/);
  assert.deepEqual(await tokens.check(accessToken), { active: true, claims: payload });
});

test('a token is active until the second it expires', async () => {
  const { tokens, clock } = createTestTokens();
  const { accessToken } = await tokens.issue(grant);
  clock.advance(899_000);
  assert.equal((await tokens.check(accessToken)).active, true);
  clock.advance(1_000);
  assert.deepEqual(await tokens.check(accessToken), { active: false });
});

test('a token of another issuer, audience, namespace or secret is not active', async () => {
  const { accessToken } = await createTestTokens().tokens.issue(grant);
  const others = [
    { issuer: 'x' },
    { audience: 'x' },
    { namespace: 'shop' },
    { keyOptions: { secret: jwtSecret.toUpperCase() } },
  ];
  for (const other of others)
    assert.deepEqual(await createTestTokens(other).tokens.check(accessToken), { active: false });
});

// Attack: forge a token by choosing the algorithm, the key or the claims oneself (RFC 8725 §2).
test('no forged or confused token is active', async () => {
  const { tokens } = createTestTokens();
  const { accessToken } = await tokens.issue(grant);
  const [header = '', payload = '', signature = ''] = accessToken.split('.');
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const sign = (header: object, body: string = payload, hash = 'sha256') => {
    const input = `${encode(header)}.${body}`;
    return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
  };
  assert.equal((await tokens.check(sign({ alg: 'HS256', typ: 'JWT' }))).active, true);

  const signText = (header: string) => {
    const input = `${Buffer.from(header).toString('base64url')}.${payload}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };

  const forged: unknown[] = [
    signText('{"alg":"none","alg":"HS256","typ":"JWT"}'),
    signText('{"alg":"HS256","typ":"JWT","typ":"JWT"}'),
    signText('{"alg": "HS256", "typ": "JWT"}'),
    signText('["HS256"]'),
    signText('null'),
    `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    `${encode({ alg: 'None', typ: 'JWT' })}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}.${encode({ ...claims, sub: 'mallory@example.com' })}.${signature}`,
    `${accessToken}x`,
    `${accessToken}.`,
    `${accessToken}\n`,
    ` ${accessToken}`,
    `${accessToken}=`,
    respellEnd(accessToken),
    sign({ alg: 'HS512', typ: 'JWT' }, payload, 'sha512'),
    sign({ alg: 'hs256', typ: 'JWT' }),
    sign({ alg: 'HS256' }),
    sign({ alg: 'HS256', typ: 'at+jwt' }),
    sign({ alg: 'HS256', typ: 'JWT', kid: '../../dev/null' }),
    sign({ alg: 'HS256', typ: 'JWT', kid: "x' UNION SELECT 'key" }),
    sign({ alg: 'HS256', typ: 'JWT', crit: ['exp'] }),
    sign({ alg: 'HS256', typ: 'JWT', crit: ['b64'], b64: false }),
    sign({ alg: 'RS256', typ: 'JWT', jwk: { kty: 'oct', k: key.toString('base64url') } }),
    sign({ alg: 'ES256', typ: 'JWT', jku: 'https://attacker.example/jwks.json' }),
    '',
    '..',
    'a.b.c',
    'x'.repeat(10_000),
    null,
    undefined,
    42,
    { token: accessToken },
    [accessToken],
  ];
  for (const claim of ['iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'auth_time', 'purpose', 'namespace']) {
    const { [claim]: _, ...rest } = claims;
    forged.push(sign({ alg: 'HS256', typ: 'JWT' }, encode(rest)));
  }
  for (const changes of [
    { exp: '9999999999' },
    { aud: ['x'] },
    { aud: ['stateless-otp', 'x'] },
    { nbf: claims.iat + 60 },
    { purpose: 1 },
    { amr: undefined },
    { sub: 42 },
    { sub: 'é€' },
    { sub: 'alice@example.com\r\nRemote-User: mallory@example.com' },
  ]) {
    forged.push(sign({ alg: 'HS256', typ: 'JWT' }, encode({ ...claims, ...changes })));
  }
  for (const token of forged) assert.deepEqual(await tokens.check(token), { active: false }, String(token));

  const foreign = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(Buffer.from('another secret, long enough for HS256'));
  assert.deepEqual(await tokens.check(foreign), { active: false });
});

test('a secret under 32 bytes is refused', () => {
  const create = (secret: string) => createTestTokens({ keyOptions: { secret } });
  assert.throws(() => create('x'.repeat(31)), /jwtSecret must be at least 32 bytes, got 31/);
  assert.ok(create('ü'.repeat(16)));
});

/** The same bytes in other base64url letters: the last letter of 32 bytes has two bits that say nothing. */
function respellEnd(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + letters[letters.indexOf(token.slice(-1)) ^ 1];
}
