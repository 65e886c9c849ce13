import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { createTokenKeys, type PublicJwk, type TokenKeyOptions } from '../../src/tokens/keys.js';
import { createFleetClient, type Service, sharedSecrets } from '../helpers/fleet.js';
import { forge } from '../helpers/forge.js';
import { startProcess, startService } from '../helpers/process.js';
import { findFreePort } from '../helpers/redis.js';
import { createPem } from '../helpers/tokens.js';
import { requirePython, requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const { OTP_SECRET_KEY, JWT_SECRET } = sharedSecrets;
const ours = { issuer: 'stateless-otp', audience: 'stateless-otp' };

interface Party {
  service: Service;
  token: string;
  /** The same header and claims, signed with a key of someone else's. */
  foreign: string;
  jwksUrl: URL;
}

const fleet = createFleetClient();
const parties: Record<string, Party> = {};
const readJwks = async ({ jwksUrl }: Party) => (await (await fetch(jwksUrl)).json()) as { keys: PublicJwk[] };

before(async () => {
  const start = async (algorithm: string, env: Record<string, string>, stranger: TokenKeyOptions) => {
    const service = await startService({ OTP_SECRET_KEY, ...env });
    const otp = await fleet.obtain(service, alice);
    const { body } = await fleet.verify(service, { identity: alice, otp });
    const token = String(body['access_token']);
    const { signing } = createTokenKeys(stranger);
    const foreign = forge(signing, decodeProtectedHeader(token), decodeJwt(token));
    parties[algorithm] = { service, token, foreign, jwksUrl: new URL('/.well-known/jwks.json', service.url) };
  };
  await Promise.all([
    start('HS256', { JWT_SECRET }, { secret: `${JWT_SECRET}x` }),
    start('ES256', { JWT_PRIVATE_KEY: createPem('P-256') }, { privateKey: createPem('P-256') }),
    start('EdDSA', { JWT_PRIVATE_KEY: createPem('Ed25519') }, { privateKey: createPem('Ed25519') }),
  ]);
});
after(async () => {
  fleet.close();
  await Promise.all(Object.values(parties).map(({ service }) => service.stop()));
});

const party = (algorithm: string) => parties[algorithm] as Party;

// Attack, in each: take a header and claims of ours, the key id included, and sign them with another key.
describe('our token is valid, and the same one signed by someone else is not, for', () => {
  for (const algorithm of ['ES256', 'EdDSA']) {
    test(`jose with the remote key set, ${algorithm}`, async () => {
      const { token, foreign, jwksUrl } = party(algorithm);
      const keys = createRemoteJWKSet(jwksUrl);
      const options = { ...ours, typ: 'JWT', algorithms: [algorithm] };
      assert.equal((await jwtVerify(token, keys, options)).payload.sub, alice);
      await assert.rejects(jwtVerify(foreign, keys, options), {
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      });
    });
  }

  test('jose with the secret, and the key set of a service that has a secret is empty', async () => {
    const { token, foreign, jwksUrl } = party('HS256');
    const options = { ...ours, typ: 'JWT', algorithms: ['HS256'] };
    const key = Buffer.from(JWT_SECRET);
    assert.equal((await jwtVerify(token, key, options)).payload.sub, alice);
    await assert.rejects(jwtVerify(foreign, key, options), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
    await assert.rejects(jwtVerify(token, createRemoteJWKSet(jwksUrl)), /Unsupported "alg" value/);
    assert.deepEqual(await readJwks(party('HS256')), { keys: [] });
  });

  test('jsonwebtoken, with HS256 and ES256', async () => {
    const [jwk] = (await readJwks(party('ES256'))).keys;
    const publicKey = createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' });
    for (const [algorithm, key] of [
      ['HS256', JWT_SECRET],
      ['ES256', publicKey],
    ] as const) {
      const { token, foreign } = party(algorithm);
      const options = { ...ours, algorithms: [algorithm] };
      assert.equal(jsonwebtoken.verify(token, key, options).sub, alice);
      assert.throws(() => jsonwebtoken.verify(foreign, key, options), /invalid signature/);
    }
  });

  test('jsonwebtoken, which has no EdDSA and says so', async () => {
    const [jwk] = (await readJwks(party('EdDSA'))).keys;
    const publicKey = createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' });
    assert.throws(() => jsonwebtoken.verify(party('EdDSA').token, publicKey, ours), /invalid algorithm/);
  });

  test("Debian's python3-jwt, by the address of the key set or with the secret", () => {
    const python = requirePython(['jwt', 'cryptography'], ['python3-jwt', 'python3-cryptography']);
    const script = `
import json, jwt, sys
for case in json.load(sys.stdin):
    key = case["secret"]
    if key is None:
        key = jwt.PyJWKClient(case["jwks"]).get_signing_key_from_jwt(case["token"]).key
    try:
        claims = jwt.decode(case["token"], key, algorithms=[case["algorithm"]],
                            issuer="stateless-otp", audience="stateless-otp",
                            options={"require": ["exp", "iat", "sub", "jti"]})
        print(claims["sub"])
    except jwt.InvalidTokenError as error:
        print(type(error).__name__)
`;
    const cases = Object.entries(parties).flatMap(([algorithm, { token, foreign, jwksUrl }]) => {
      const common = { algorithm, jwks: jwksUrl.href, secret: algorithm === 'HS256' ? JWT_SECRET : null };
      return [
        { ...common, token },
        { ...common, token: foreign },
      ];
    });
    const { stdout, stderr } = spawnSync(python, ['-c', script], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      // No proxy of this machine's between it and the service.
      env: { no_proxy: '*' },
    });
    assert.deepEqual(
      stdout.trim().split('\n'),
      Object.keys(parties).flatMap(() => [alice, 'InvalidSignatureError']),
      stderr,
    );
  });
});

test('the key set stands as well behind a cache, which keeps it for as long as it says', async (t) => {
  const { token, foreign, jwksUrl } = party('ES256');
  const folder = mkdtempSync(join(tmpdir(), 'jwks-cache-'));
  mkdirSync(join(folder, 'cache'));
  const port = await findFreePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr; user root;
     events {}
     http {
       access_log off;
       client_body_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
       proxy_cache_path ${folder}/cache keys_zone=keys:1m; proxy_temp_path ${folder};
       server {
         listen 127.0.0.1:${port};
         location / {
           proxy_pass ${jwksUrl.origin}; proxy_cache keys; proxy_cache_revalidate on;
           add_header X-Cache $upstream_cache_status;
         }
       }
     }`,
  );
  const nginx = startProcess(requireTool('nginx', 'nginx-light'), [
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
  ]);
  t.after(async () => {
    await nginx.stop();
    rmSync(folder, { recursive: true });
  });
  const url = new URL(`http://127.0.0.1:${port}/.well-known/jwks.json`);
  const isUp = () =>
    fetch(new URL('/livez', url)).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the cache answers', isUp);

  const direct = await fetch(jwksUrl);
  assert.match(direct.headers.get('cache-control') ?? '', /^public, max-age=300$/);
  const statuses: (string | null)[] = [];
  for (let i = 0; i < 3; i++) {
    const cached = await fetch(url);
    statuses.push(cached.headers.get('x-cache'));
    assert.equal(cached.headers.get('etag'), direct.headers.get('etag'));
    // Each time as if it had never been fetched.
    const keys = createRemoteJWKSet(url);
    assert.equal((await jwtVerify(token, keys, ours)).payload.sub, alice);
    await assert.rejects(jwtVerify(foreign, keys, ours), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  }
  assert.deepEqual(statuses, ['MISS', 'HIT', 'HIT']);
  const unchanged = await fetch(jwksUrl, { headers: { 'If-None-Match': direct.headers.get('etag') ?? '' } });
  assert.deepEqual([unchanged.status, await unchanged.text()], [304, '']);
  // What a verify or a check answers is nobody else's, and is never kept.
  for (let i = 0; i < 2; i++) {
    const headers = { Authorization: `Bearer ${token}` };
    const check = await fetch(new URL('/api/v1/token/verify', url), { headers });
    assert.deepEqual([check.status, check.headers.get('x-cache')], [200, 'MISS']);
  }
});
