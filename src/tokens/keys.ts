import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  type JsonWebKeyInput,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
  verify,
  webcrypto,
} from 'node:crypto';
import { assertSecretLength } from '../core/secret.js';
import { createHmacSha256 } from '../fast/hmac.js';
import { encodeAscii } from '../fast/message.js';
import { isWorkerd } from '../runtime.js';

/** The key determines the algorithm (RFC 8725 §3.1). */
export const tokenAlgorithms = ['HS256', 'ES256', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

export interface CheckingKey {
  algorithm: TokenAlgorithm;
  /** The RFC 7638 thumbprint; a shared secret has none, since a hash of it would help guessing. */
  kid?: string;
  /** Imported once, at its first use: jose would import any other kind of key on every call. */
  loadKey(): Promise<CryptoKey>;
}

export interface SigningKey extends CheckingKey {
  /** The signature of a JWS signing input, base64url. */
  sign(input: string): string;
}

/** Newer types of Node do not export it by name. */
type JsonWebKey = JsonWebKeyInput['key'];

/** A public key as a member of a JWK Set (RFC 7517). */
export interface PublicJwk extends JsonWebKey {
  x: string;
  kid: string;
  alg: TokenAlgorithm;
  use: 'sig';
}

export interface TokenKeys {
  signing: SigningKey;
  /** The signing key first, then the others whose tokens are still valid. */
  checking: readonly CheckingKey[];
  /** Public keys only; empty if all keys are shared secrets. */
  jwks: { keys: PublicJwk[] };
}

/** As `options/tokens.ts` describes them. */
export interface TokenKeyOptions {
  /** Used as UTF-8 (RFC 7518 §3.2). Not together with `privateKey`. */
  secret?: string | undefined;
  previousSecret?: string | undefined;
  privateKey?: string | undefined;
  previousPrivateKey?: string | undefined;
  algorithm?: TokenAlgorithm | undefined;
}

interface PrivateKey extends SigningKey {
  kid: string;
  publicJwk: PublicJwk;
}

/** @throws TypeError or RangeError that names the option and what is wrong, without any part of a key */
export function createTokenKeys(options: TokenKeyOptions): TokenKeys {
  const { secret, previousSecret, privateKey, previousPrivateKey, algorithm } = options;
  if (privateKey !== undefined && secret !== undefined) {
    throw new TypeError(
      'jwtSecret must not be given together with jwtPrivateKey: as previousJwtSecret it still checks tokens',
    );
  }
  const privateKeys = [
    ...importPrivateKeys(privateKey, 'jwtPrivateKey'),
    ...importPrivateKeys(previousPrivateKey, 'previousJwtPrivateKey'),
  ];
  const secrets = [
    ...(secret === undefined ? [] : [importSecret(secret, 'jwtSecret')]),
    ...(previousSecret === undefined ? [] : [importSecret(previousSecret, 'previousJwtSecret')]),
  ];
  const checking = privateKey === undefined ? [...secrets, ...privateKeys] : [...privateKeys, ...secrets];
  const [signing] = checking;
  if (!signing || (privateKey === undefined && secret === undefined)) {
    throw new TypeError('jwtSecret or jwtPrivateKey must be given');
  }
  if (algorithm !== undefined && algorithm !== signing.algorithm) {
    throw new RangeError(
      `jwtAlgorithm must be ${signing.algorithm}, which follows from the key, got ${algorithm}`,
    );
  }
  // By kid: the same key may be given twice.
  const published = new Map(privateKeys.map(({ kid, publicJwk }) => [kid, publicJwk]));
  return { signing, checking, jwks: { keys: [...published.values()] } };
}

type CryptoKey = webcrypto.CryptoKey;
const { subtle } = webcrypto;

const webAlgorithms = {
  HS256: { name: 'HMAC', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
} as const;

function importOnce(load: () => Promise<CryptoKey>): () => Promise<CryptoKey> {
  let imported: Promise<CryptoKey> | undefined;
  return () => (imported ??= load());
}

/** @throws TypeError or RangeError that names the option */
export function importSecret(secret: string, name: string): SigningKey {
  if (typeof secret !== 'string') throw new TypeError(`${name} must be a string`);
  const bytes = Buffer.from(secret);
  assertSecretLength(bytes, name);
  const mac = createHmacSha256(createSecretKey(bytes));
  return {
    algorithm: 'HS256',
    loadKey: importOnce(() => subtle.importKey('raw', bytes, webAlgorithms.HS256, false, ['verify'])),
    sign: (input) => mac(encodeAscii(input), 'base64url'),
  };
}

/** @throws TypeError or RangeError that names the option, without any part of a key */
export function importPrivateKeys(text: string | undefined, name: string): PrivateKey[] {
  if (text === undefined) return [];
  if (typeof text !== 'string') throw new TypeError(`${name} must be PEM, a JWK or a JWK Set as text`);
  const keys = parseKeyTexts(text.trim(), name).map((material) => importPrivateKey(material, name));
  if (keys.length === 0) throw new RangeError(`${name} must hold at least one key`);
  return keys;
}

/** PEM unchanged, or the JWKs in the text. */
function parseKeyTexts(text: string, name: string): (string | JsonWebKey)[] {
  if (text.startsWith('-----BEGIN ')) return [restoreLines(text)];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new TypeError(`${name} must be PEM, a JWK or a JWK Set`);
  }
  const keys = isObject(parsed) && Array.isArray(parsed['keys']) ? parsed['keys'] : [parsed];
  if (!keys.every(isObject)) throw new TypeError(`${name} must be PEM, a JWK or a JWK Set`);
  return keys;
}

const pemBlock = /(-----BEGIN ([A-Z ]+)-----)([A-Za-z0-9+/= ]*)(-----END \2-----)/g;

/** Variables of one line spell the line ends of a PEM as `\n`, or lose them: shells and forms make them spaces, or drop them. */
function restoreLines(text: string): string {
  const pem = text.replaceAll('\\n', '\n');
  if (/[\r\n]/.test(pem)) return pem;
  return pem.replace(pemBlock, (_, begin, _label, body) => {
    const lines = body.replaceAll(' ', '').match(/.{1,64}/g) ?? []; // RFC 7468 §2
    return [begin, ...lines, begin.replace('BEGIN', 'END'), ''].join('\n');
  });
}

function importPrivateKey(material: string | JsonWebKey, name: string): PrivateKey {
  const key = toKeyObject(material, name);
  const algorithm = checkAlgorithm(key, name);
  const jwk = typeof material === 'string' ? {} : material;
  const { alg = algorithm, use = 'sig', key_ops: operations = ['sign'] } = jwk;
  if (alg !== algorithm || use !== 'sig' || !Array.isArray(operations) || !operations.includes('sign')) {
    throw new RangeError(`${name} is a key for ${algorithm} signatures, but its alg or use says otherwise`);
  }
  const publicKey = createPublicKey(key);
  const digest = algorithm === 'ES256' ? 'sha256' : null;
  const [signing, checking] = [toSigningInput(key), toSigningInput(publicKey)];
  const signBytes = (input: string) => sign(digest, Buffer.from(input), signing);
  if (!verify(digest, Buffer.from('check'), checking, signBytes('check'))) {
    throw new RangeError(`${name} has a public part that does not belong to its private part`);
  }
  const { kty = '', crv = '', x = '', y } = publicKey.export({ format: 'jwk' });
  const publicJwk = { kty, crv, x, ...(y && { y }) };
  // RFC 7638 §3: the required members in lexicographic order.
  const kid = hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url');
  return {
    algorithm,
    kid,
    loadKey: importOnce(() => subtle.importKey('jwk', publicJwk, webAlgorithms[algorithm], true, ['verify'])),
    sign: (input) => signBytes(input).toString('base64url'),
    publicJwk: { ...publicJwk, kid, alg: algorithm, use: 'sig' },
  };
}

function toKeyObject(material: string | JsonWebKey, name: string): KeyObject {
  try {
    return createPrivateKey(typeof material === 'string' ? material : { key: material, format: 'jwk' });
  } catch {
    // OpenSSL's message may quote its input.
    throw new TypeError(`${name} must be an unencrypted private key, as PEM or JWK`);
  }
}

/** A key, and signatures as a JWS has them (RFC 7518 §3.4). workerd takes no key object together with options. */
function toSigningInput(key: KeyObject): SignKeyObjectInput {
  const input = isWorkerd ? { key: key.export({ format: 'jwk' }), format: 'jwk' } : { key };
  return { ...(input as { key: KeyObject }), dsaEncoding: 'ieee-p1363' };
}

function checkAlgorithm(key: KeyObject, name: string): TokenAlgorithm {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'ES256';
  const given = [key.asymmetricKeyType, curve].filter(Boolean).join(' ');
  throw new RangeError(`${name} must be an EC P-256 or Ed25519 key, got ${given}`);
}

function isObject(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
