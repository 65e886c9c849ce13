import { createHmac } from 'node:crypto';
import { createTokenKeys, type SigningKey, type TokenKeyOptions } from '../../src/tokens/keys.js';
import { jwtSecret } from './otp.js';
import { createPem, createTestTokens, grant } from './tokens.js';

const [ecPem, edPem] = [createPem('P-256'), createPem('Ed25519')];
const earlierSecret = 'the-secret-before-this-one-0123456789-abcdef';

/** Every kind of key, and the mixes of two that a rotation brings. */
export const keySettings: Record<string, TokenKeyOptions> = {
  HS256: { secret: jwtSecret },
  ES256: { privateKey: ecPem },
  EdDSA: { privateKey: edPem },
  'HS256 next to another secret': { secret: jwtSecret, previousSecret: earlierSecret },
  'HS256 next to an ES256 key': { secret: jwtSecret, previousPrivateKey: ecPem },
  'HS256 next to an EdDSA key': { secret: jwtSecret, previousPrivateKey: edPem },
  'ES256 next to a secret': { privateKey: ecPem, previousSecret: earlierSecret },
  'EdDSA next to a secret': { privateKey: edPem, previousSecret: earlierSecret },
  'ES256 next to an EdDSA key': { privateKey: ecPem, previousPrivateKey: edPem },
  'EdDSA next to an ES256 key': { privateKey: edPem, previousPrivateKey: ecPem },
};

/** Text or bytes as they are, anything else as JSON, in base64url. */
export function encode(value: unknown): string {
  const isPlain = typeof value === 'string' || value instanceof Uint8Array;
  return Buffer.from(isPlain ? value : JSON.stringify(value)).toString('base64url');
}

export const decode = (part: string) => Buffer.from(part, 'base64url');

export type Signer = Pick<SigningKey, 'sign'>;

export function createHmacSigner(secret: string | Uint8Array, hash = 'sha256'): Signer {
  return { sign: (input) => createHmac(hash, secret).update(input).digest('base64url') };
}

/** A compact JWS over this header and this payload. */
export function forge(signer: Signer, header: unknown, payload: unknown): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signer.sign(input)}`;
}

/** A good token of a setting, what it is made of, and each key that checks there, able to sign. */
export async function issueGenuine(keyOptions: TokenKeyOptions) {
  const kit = createTestTokens({ keyOptions });
  const { accessToken: token } = await kit.tokens.issue(grant);
  const parts = token.split('.') as [header: string, payload: string, signature: string];
  const [header, claims] = [parts[0], parts[1]].map((part) => JSON.parse(decode(part).toString()));
  const { secret, previousSecret, privateKey, previousPrivateKey } = keyOptions;
  const signers = [{ secret }, { secret: previousSecret }, { privateKey }, { privateKey: previousPrivateKey }]
    .filter((options) => Object.values(options)[0] !== undefined)
    .map((options) => createTokenKeys(options).signing);
  return { ...kit, token, parts, header, claims, signers, jwks: kit.options.keys.jwks.keys };
}

export type Genuine = Awaited<ReturnType<typeof issueGenuine>>;

/** The header that a key of ours puts in its tokens. */
export const headerOf = ({ algorithm, kid }: SigningKey) => ({
  alg: algorithm,
  typ: 'JWT',
  ...(kid === undefined ? {} : { kid }),
});

/** Names that a lookup by key id, by path, by query or in a plain object could trip over. */
export const strangeKeyIds: unknown[] = [
  '../../../../dev/null',
  '/proc/sys/kernel/randomize_va_space',
  'file:///dev/null',
  "x' UNION SELECT 'secret",
  "' OR '1'='1",
  '|| cat /etc/passwd',
  '',
  ' ',
  '0',
  'undefined',
  'null',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  null,
  0,
  42,
  true,
  [],
  ['x'],
  {},
];
