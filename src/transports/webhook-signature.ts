import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../core/base64.js';
import { userAgent } from './post.js';

/** Standard Webhooks, "Signature scheme": HMAC-SHA-256 over id, time and body, joined by full stops. */
export function signWebhook(key: KeyObject, id: string, timestamp: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** The headers of a JSON body that is posted at `now`, in milliseconds since 1970. */
export function createWebhookHeaders(key: KeyObject, id: string, body: string, now: number) {
  const timestamp = String(Math.floor(now / 1000));
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': userAgent,
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signWebhook(key, id, timestamp, body),
  };
}

/** What settings with such a secret may hold. */
const secretBytes = { min: 24, max: 64 };
const secretSize = `${secretBytes.min} to ${secretBytes.max} bytes`;
export const webhookSecretForm = `\`whsec_\` and base64, or base64 alone, of ${secretSize}`;

/** @throws TypeError or RangeError */
export function decodeWebhookSecret(secret: unknown, name = 'secret'): KeyObject {
  if (typeof secret !== 'string') throw new TypeError(`${name} must be a string`);
  const bytes = decodeBase64(secret.replace(/^whsec_/, ''));
  if (bytes === null || bytes.length < secretBytes.min || bytes.length > secretBytes.max) {
    throw new RangeError(`${name} must be base64 of ${secretSize}, with or without the prefix whsec_`);
  }
  return createSecretKey(bytes);
}
