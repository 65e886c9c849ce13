import { generateKeyPairSync } from 'node:crypto';
import { createTokenKeys, type TokenAlgorithm } from './keys.js';

/** What a key file can be made for. */
export const keyFileAlgorithms = ['ES256', 'EdDSA'] as const;
export type KeyFileAlgorithm = (typeof keyFileAlgorithms)[number];

/** A private JWK with what a rotation has to know of it; times are unix seconds. */
export interface StoredKey {
  kid: string;
  alg: TokenAlgorithm;
  /** When it was made. */
  added: number;
  /** When another took its place. */
  retired?: number;
  [member: string]: unknown;
}

/** A JWK Set: the first key signs, a second one only checks. */
export interface KeyFile {
  keys: StoredKey[];
}

export interface RotationLimits {
  now: number;
  /** How long others may go on with the keys they have fetched, and instances with those they were started with. */
  spreadSeconds: number;
  /** How long a token lives. */
  tokenTtlSeconds: number;
}

/** The next of the three steps of a rotation: what becomes of the file, or how long it is too early for that. */
export type Rotation =
  | { step: 'added' | 'swapped' | 'dropped'; file: KeyFile }
  | { step: 'too early'; waitSeconds: number; reason: string };

/** A fresh private key. */
export function generateKey(algorithm: KeyFileAlgorithm, now: number): StoredKey {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' });
  const { kid = '' } = createTokenKeys({ privateKey: JSON.stringify(jwk) }).signing;
  return { ...jwk, kid, alg: algorithm, use: 'sig', added: now };
}

/** @throws TypeError or RangeError for anything but a key file */
export function parseKeyFile(text: string): KeyFile {
  createTokenKeys({ privateKey: text });
  const { keys } = JSON.parse(text) as Partial<KeyFile>;
  const isOurs =
    Array.isArray(keys) && keys.every(({ kid, added }) => typeof kid === 'string' && Number.isInteger(added));
  if (!isOurs || keys.length > 2) throw new TypeError('not a key file of `keys generate`');
  return { keys };
}

/**
 * Takes the next step: a key is added that only checks, then it signs in place of the other, then the other is
 * dropped. Between the steps every instance has to be restarted, so that none meets a token whose key it does not have.
 */
export function rotateKeys({ keys }: KeyFile, algorithm: KeyFileAlgorithm, limits: RotationLimits): Rotation {
  const { now, spreadSeconds, tokenTtlSeconds } = limits;
  const [first, second] = keys;
  if (!first || !second) return { step: 'added', file: { keys: [...keys, generateKey(algorithm, now)] } };
  if (second.retired === undefined) {
    const waitSeconds = second.added + spreadSeconds - now;
    if (waitSeconds > 0) {
      return { step: 'too early', waitSeconds, reason: 'others may not have fetched the added key yet' };
    }
    return { step: 'swapped', file: { keys: [second, { ...first, retired: now }] } };
  }
  // Until every instance has been restarted, the retired key goes on signing.
  const waitSeconds = second.retired + spreadSeconds + tokenTtlSeconds - now;
  if (waitSeconds > 0) {
    return { step: 'too early', waitSeconds, reason: 'tokens of the retired key may not have expired yet' };
  }
  return { step: 'dropped', file: { keys: [first] } };
}
