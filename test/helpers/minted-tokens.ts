import {
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';

/** A key of the service, and what the headers of its tokens say. */
export interface TokenSource {
  algorithm: 'HS256' | 'ES256' | 'EdDSA';
  kid?: string;
  key: KeyObject;
}

/** Signs what a token of Alice's says, with changes. Elsewhere than where the service does it, by jose. */
export function mintToken(
  { algorithm, kid, key }: TokenSource,
  changes: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'stateless-otp',
    aud: 'stateless-otp',
    sub: 'alice@example.com',
    iat: now,
    exp: now + 900,
    jti: randomBytes(16).toString('base64url'),
    auth_time: now,
    purpose: 'sign-in',
    namespace: 'default',
    amr: ['otp'],
  };
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key);
}

/** Tokens that nobody may accept who checks tokens of this source, by what is wrong with them. */
export async function mintBadTokens(source: TokenSource): Promise<Record<string, string>> {
  const good = await mintToken(source);
  const now = Math.floor(Date.now() / 1000);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims: JWTPayload = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return {
    expired: await mintToken(source, { iat: now - 960, exp: now - 60 }),
    'without an end': await mintToken(source, { exp: undefined }),
    tampered: [header, encode({ ...claims, sub: 'mallory@example.com' }), signature].join('.'),
    'signed by a stranger': await mintToken({ ...source, key: createStrangerKey(source) }),
    'of another issuer': await mintToken(source, { iss: 'somebody-else' }),
    'for another audience': await mintToken(source, { aud: 'somebody-else' }),
    'for another purpose': await mintToken(source, { purpose: 'payment' }),
    unsigned: `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'signed with what is public': await mintToken({
      ...source,
      algorithm: 'HS256',
      key: readPublicAsSecret(source),
    }),
    'no token': 'eyJ',
    empty: '',
  };
}

function createStrangerKey({ algorithm }: TokenSource): KeyObject {
  if (algorithm === 'HS256') return createSecretKey(randomBytes(32));
  return algorithm === 'EdDSA'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** What HMAC would take for its key if the header chose the algorithm (RFC 8725 §2.1). */
function readPublicAsSecret({ algorithm, key }: TokenSource): KeyObject {
  if (algorithm === 'HS256') return createSecretKey(Buffer.alloc(32));
  return createSecretKey(Buffer.from(createPublicKey(key).export({ type: 'spki', format: 'pem' })));
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
