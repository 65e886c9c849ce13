import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm'; // NIST SP 800-38D
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts text so that nobody without the key can read or change it.
 *
 * @param key 32 bytes
 * @param nonce 12 random bytes, never the same twice under one key
 * @param context what it is for: only the same opens it
 * @returns base64url of nonce, ciphertext and tag
 */
export function seal(key: KeyObject, nonce: Uint8Array, text: string, context: string): string {
  if (nonce.length !== nonceBytes) throw new RangeError(`nonce must be ${nonceBytes} bytes`);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
  const body = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url');
}

/** The text again, or null for anything but what `seal` made with this key and context, in its one spelling. */
export function unseal(key: KeyObject, sealed: string, context: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== sealed) return null;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes)).toString() + decipher.final('utf8');
  } catch {
    return null;
  }
}
