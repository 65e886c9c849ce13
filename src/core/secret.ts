import { decodeBase64 } from './base64.js';

/** Minimum length of a secret in bytes: the output size of HMAC-SHA-256 (RFC 2104 §3). */
export const minSecretBytes = 32;

/**
 * Decodes a secret given as bytes, or as base64 or base64url text.
 *
 * @param secret at least 32 bytes
 * @param name of the option, for the error
 * @throws TypeError when it is neither bytes nor base64; RangeError when it is too short
 */
export function decodeSecret(secret: Uint8Array | string, name: string): Uint8Array {
  const bytes = typeof secret === 'string' ? decodeBase64(secret) : secret;
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be bytes or base64 text`);
  assertSecretLength(bytes, name);
  return bytes;
}

/** @throws RangeError when it is too short */
export function assertSecretLength(secret: Uint8Array, name: string): void {
  if (secret.length < minSecretBytes) {
    throw new RangeError(`${name} must be at least ${minSecretBytes} bytes, got ${secret.length}`);
  }
}
