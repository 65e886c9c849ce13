import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Standard Webhooks, "Signature scheme": HMAC-SHA-256 of id, time and body, joined by full stops. */
export function signWebhook(key: KeyObject, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** @throws TypeError or RangeError */
export function decodeWebhookSecret(secret: unknown): KeyObject {
  if (typeof secret !== 'string') throw new TypeError('secret must be a string');
  const text = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from skips what it cannot read.
  const isBase64 = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  if (!isBase64 || bytes.length < 24 || bytes.length > 64) {
    throw new RangeError('secret must be base64 of 24 to 64 bytes, after whsec_ or alone');
  }
  return createSecretKey(bytes);
}
