import { generateKeyPairSync } from 'node:crypto';
import { createTokenKeys, type TokenAlgorithm } from './keys.js';

export const keyFileAlgorithms = ['ES256', 'EdDSA'] as const;
export type KeyFileAlgorithm = (typeof keyFileAlgorithms)[number];

/** A private JWK with what a rotation needs to know; times are unix seconds. */
export interface StoredKey {
  kid: string;
  alg: TokenAlgorithm;
  added: number;
  /** When it stopped signing. */
  retired?: number;
  [member: string]: unknown;
}

/** A JWK Set: the first key signs, a second one only verifies. */
export interface KeyFile {
  keys: StoredKey[];
}

export interface RotationLimits {
  now: number;
  /** How long relying parties may use a cached JWK Set, and instances the file they started with. */
  spreadSeconds: number;
  tokenTtlSeconds: number;
}

/** The next step of a rotation with the new file, or how long to wait before it. */
export type Rotation =
  | { step: 'added' | 'swapped' | 'dropped'; file: KeyFile }
  | { step: 'too early'; waitSeconds: number; reason: string };

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
  createTokenKeys({ privateKey: text }); // throws
  const { keys } = JSON.parse(text) as Partial<KeyFile>;
  const isOurs =
    Array.isArray(keys) && keys.every(({ kid, added }) => typeof kid === 'string' && Number.isInteger(added));
  if (!isOurs || keys.length > 2) throw new TypeError('not a key file of `keys generate`');
  return { keys };
}

/**
 * Takes the next step: add a key that only verifies, let it sign instead of the other, drop the other. Every instance
 * must be restarted between the steps, so that none receives a token whose key it does not have.
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
  // The retired key keeps signing until every instance has been restarted.
  const waitSeconds = second.retired + spreadSeconds + tokenTtlSeconds - now;
  if (waitSeconds > 0) {
    return { step: 'too early', waitSeconds, reason: 'tokens of the retired key may not have expired yet' };
  }
  return { step: 'dropped', file: { keys: [first] } };
}
