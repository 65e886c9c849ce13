import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const algorithm = 'aes-256-gcm'; // NIST SP 800-38D
/** Random bytes that a seal needs; they are in the open at its beginning. */
export const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/** Never twice under one key: each seal has a key of its own. */
const fixedNonce = Buffer.alloc(nonceBytes);

/**
 * Encrypts text so that nobody without the key can read or change it. Each seal has a key of its own, HMAC-SHA-256 of the
 * salt: under one key, random nonces would be used up after 2^32 seals (NIST SP 800-38D §8.3).
 *
 * @param key 32 bytes
 * @param salt 16 random bytes
 * @param context what it is for: only the same opens it
 * @returns base64url of salt, ciphertext and tag
 * @throws RangeError for a salt of another length
 */
export function seal(key: KeyObject, salt: Uint8Array, text: string, context: string): string {
  if (salt.length !== saltBytes) throw new RangeError(`salt must be ${saltBytes} bytes`);
  const cipher = createCipheriv(algorithm, deriveSealKey(key, salt), fixedNonce).setAAD(Buffer.from(context));
  const body = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([salt, ...body, cipher.getAuthTag()]).toString('base64url');
}

/** The text again, or null for anything but what `seal` made with this key and context, in its one spelling. */
export function unseal(key: KeyObject, sealed: string, context: string): string | null {
  const bytes = decodeSealed(sealed, saltBytes);
  if (bytes === null) return null;
  const salt = bytes.subarray(0, saltBytes);
  return decrypt(deriveSealKey(key, salt), fixedNonce, bytes.subarray(saltBytes), context);
}

/** As `unseal`, for what earlier versions sealed: under the key itself, with a random nonce at the beginning. Nothing makes it any more. */
export function unsealWithNonce(key: KeyObject, sealed: string, context: string): string | null {
  const bytes = decodeSealed(sealed, nonceBytes);
  if (bytes === null) return null;
  return decrypt(key, bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes), context);
}

function deriveSealKey(key: KeyObject, salt: Uint8Array): KeyObject {
  // Not as bytes: on Node 24 a cipher takes five times as long with those.
  return createSecretKey(createHmac('sha256', key).update(salt).digest());
}

/** Null for what is too short or not in its one spelling. */
function decodeSealed(sealed: string, headBytes: number): Buffer | null {
  const bytes = Buffer.from(sealed, 'base64url');
  return bytes.length < headBytes + tagBytes || bytes.toString('base64url') !== sealed ? null : bytes;
}

function decrypt(key: KeyObject, nonce: Buffer, body: Buffer, context: string): string | null {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(body.subarray(-tagBytes));
  try {
    return decipher.update(body.subarray(0, -tagBytes)).toString() + decipher.final('utf8');
  } catch {
    return null;
  }
}
