import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from 'jose';
import { createTokenKeys, type TokenKeyOptions } from '../../src/tokens/keys.js';
import { jwtSecret } from '../helpers/otp.js';
import { createPem, createTestTokens, grant } from '../helpers/tokens.js';

const otherSecret = 'another-test-only-secret-0123456789-abcdef';
const toJwk = (pem: string) => createPrivateKey(pem).export({ format: 'jwk' });
const toText = (jwk: object) => JSON.stringify(jwk);

for (const [curve, algorithm] of [
  ['P-256', 'ES256'],
  ['Ed25519', 'EdDSA'],
] as const) {
  describe(`${algorithm} tokens`, () => {
    const pem = createPem(curve);

    test('verify at a relying party that has nothing but the key set', async () => {
      const { tokens, options, clock } = createTestTokens({ keyOptions: { privateKey: pem } });
      const { accessToken } = await tokens.issue(grant);
      const { keys } = options.keys.jwks;
      const { protectedHeader, payload } = await jwtVerify(accessToken, createLocalJWKSet({ keys }), {
        algorithms: [algorithm],
        issuer: 'stateless-otp',
        audience: 'stateless-otp',
        typ: 'JWT',
        currentDate: new Date(clock()),
      });
      assert.equal(payload.sub, grant.identity);
      const kid = await calculateJwkThumbprint(createPublicKey(pem).export({ format: 'jwk' }));
      assert.deepEqual(protectedHeader, { alg: algorithm, typ: 'JWT', kid });
      assert.deepEqual(await tokens.check(accessToken), { active: true, claims: payload });
    });

    // Attack: read the private key where everyone reads the public one.
    test('the key set holds public members only', () => {
      const { keys } = createTokenKeys({ privateKey: pem }).jwks;
      const members = algorithm === 'ES256' ? ['kty', 'crv', 'x', 'y'] : ['kty', 'crv', 'x'];
      assert.deepEqual(keys.map(Object.keys), [[...members, 'kid', 'alg', 'use']]);
      assert.ok(!JSON.stringify(keys).includes(String(toJwk(pem).d)));
    });

    test('the key may be PEM, a JWK or a JWK Set, and is the same key', () => {
      const sec1 =
        curve === 'P-256' ? [createPrivateKey(pem).export({ type: 'sec1', format: 'pem' }).toString()] : [];
      for (const privateKey of [
        pem,
        `${pem}\n`,
        pem.replaceAll('\n', '\\n'),
        // As forms for variables and `echo $KEY` leave it.
        pem.replaceAll('\n', ' '),
        pem.replaceAll('\n', ''),
        ...sec1,
        ...sec1.map((text) => text.replaceAll('\n', ' ')),
        toText(toJwk(pem)),
        toText({ keys: [toJwk(pem)] }),
      ]) {
        assert.deepEqual(createTokenKeys({ privateKey }).jwks, createTokenKeys({ privateKey: pem }).jwks);
      }
    });

    // Attack: take a key id and sign with another key.
    test('a token of another key under the same name is not active', async () => {
      const mine = createTestTokens({ keyOptions: { privateKey: pem } });
      const theirs = createTokenKeys({ privateKey: createPem(curve) });
      const forger = createTestTokens({
        keys: { ...theirs, signing: { ...theirs.signing, kid: mine.options.keys.signing.kid ?? '' } },
      });
      const { accessToken } = await forger.tokens.issue(grant);
      assert.deepEqual(await mine.tokens.check(accessToken), { active: false });
    });
  });
}

describe('a rotation', () => {
  const first = createPem('P-256');
  const second = createPem('Ed25519');
  const steps: [string, TokenKeyOptions[]][] = [
    [
      'of the secret',
      [
        { secret: jwtSecret },
        { secret: jwtSecret, previousSecret: otherSecret },
        { secret: otherSecret, previousSecret: jwtSecret },
        { secret: otherSecret },
      ],
    ],
    [
      'of the private key',
      [
        { privateKey: first },
        { privateKey: first, previousPrivateKey: second },
        { privateKey: second, previousPrivateKey: first },
        { privateKey: second },
      ],
    ],
    [
      'from the secret to a private key',
      [
        { secret: jwtSecret },
        { secret: jwtSecret, previousPrivateKey: first },
        { privateKey: first, previousSecret: jwtSecret },
        { privateKey: first },
      ],
    ],
    [
      'within one key set',
      [
        { privateKey: first },
        { privateKey: toText({ keys: [toJwk(first), toJwk(second)] }) },
        { privateKey: toText({ keys: [toJwk(second), toJwk(first)] }) },
        { privateKey: second },
      ],
    ],
  ];
  for (const [what, options] of steps) {
    test(`${what} refuses no token in any step, and afterwards the retired key is refused`, async () => {
      const instances = options.map((keyOptions) => createTestTokens({ keyOptions }).tokens);
      const issued = await Promise.all(instances.map((tokens) => tokens.issue(grant)));
      const accepts = async (checker: number, issuer: number) =>
        (await instances[checker]?.check(issued[issuer]?.accessToken))?.active;
      // In a rolling deploy each step stands beside the next.
      for (let step = 0; step < 3; step++) {
        assert.equal(await accepts(step, step + 1), true);
        assert.equal(await accepts(step + 1, step), true);
      }
      assert.equal(await accepts(3, 0), false);
      assert.equal(await accepts(3, 1), false);
    });
  }

  test('publishes the keys of both sides, and none of a secret', () => {
    const kid = (privateKey: string) => createTokenKeys({ privateKey }).signing.kid;
    const { jwks } = createTokenKeys({
      privateKey: second,
      previousPrivateKey: first,
      previousSecret: jwtSecret,
    });
    assert.deepEqual(
      jwks.keys.map((key) => key.kid),
      [kid(second), kid(first)],
    );
    assert.deepEqual(createTokenKeys({ secret: jwtSecret, previousSecret: otherSecret }).jwks, { keys: [] });
  });
});

test('keys that cannot be are refused by name, and no part of one is repeated', () => {
  const pem = createPem('P-256');
  const jwk = toJwk(pem);
  const publicPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
  const encrypted = createPrivateKey(pem)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const { x, y } = toJwk(createPem('P-256'));
  const wrong: [privateKey: string, expected: RegExp][] = [
    [createPem('P-384'), /jwtPrivateKey must be an EC P-256 or Ed25519 key, got ec secp384r1/],
    [rsa.export({ type: 'pkcs8', format: 'pem' }).toString(), /P-256 or Ed25519 key, got rsa/],
    [publicPem, /jwtPrivateKey must be an unencrypted private key/],
    [encrypted, /jwtPrivateKey must be an unencrypted private key/],
    [toText(createPublicKey(pem).export({ format: 'jwk' })), /unencrypted private key/],
    [toText({ ...jwk, d: 'AA' }), /jwtPrivateKey/],
    [toText({ ...jwk, x, y }), /jwtPrivateKey/],
    [toText({ ...jwk, alg: 'ES384' }), /its alg or use says otherwise/],
    [toText({ ...jwk, use: 'enc' }), /its alg or use says otherwise/],
    [toText({ kty: 'oct', k: 'c2VjcmV0' }), /unencrypted private key/],
    [toText({ keys: [] }), /must hold at least one key/],
    [toText([jwk]), /must be PEM, a JWK or a JWK Set/],
    [toText({ keys: ['x'] }), /must be PEM, a JWK or a JWK Set/],
    ['not a key', /must be PEM, a JWK or a JWK Set/],
    ['', /must be PEM, a JWK or a JWK Set/],
    [pem.replace(/[A-Za-z0-9]{20}/, 'AAAAAAAAAAAAAAAAAAAA'), /jwtPrivateKey/],
  ];
  for (const [privateKey, expected] of wrong) {
    assert.throws(
      () => createTokenKeys({ privateKey }),
      (error: Error) => {
        assert.match(error.message, expected);
        assert.ok(error.message.length < 120 && !error.message.includes(String(jwk.d)));
        return true;
      },
    );
  }
  assert.throws(() => createTokenKeys({}), /jwtSecret or jwtPrivateKey must be given/);
  assert.throws(() => createTokenKeys({ previousSecret: jwtSecret }), /must be given/);
  assert.throws(
    () => createTokenKeys({ secret: jwtSecret, privateKey: pem }),
    /jwtSecret must not be given together with jwtPrivateKey/,
  );
  assert.throws(
    () => createTokenKeys({ privateKey: pem, algorithm: 'EdDSA' }),
    /jwtAlgorithm must be ES256, which follows from the key, got EdDSA/,
  );
  assert.equal(createTokenKeys({ privateKey: pem, algorithm: 'ES256' }).signing.algorithm, 'ES256');
});
