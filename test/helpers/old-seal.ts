import { createCipheriv, type KeyObject, randomBytes } from 'node:crypto';

/** As earlier versions sealed: under the key itself, with a random nonce at the beginning. */
export function sealWithNonce(key: KeyObject, text: string, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([nonce, ...body, cipher.getAuthTag()]).toString('base64url');
}
