import { decodeSecret, minSecretBytes } from '../core/secret.js';
import { from, needing, type Row } from './row.js';

const masterSecret: Row<Uint8Array | string, Uint8Array | string | undefined> = {
  allowed: `base64 of at least ${minSecretBytes} bytes`,
  default: undefined,
  isSecret: true,
  check: (value, name) => decodeSecret(value as Uint8Array | string, name),
  parse: (text) => text,
};

export const secretOptions = {
  /**
   * Master secret of the codes: at least 32 bytes, as bytes or base64. `generateSecretKey` makes one. The service makes
   * one up at each start in development, and requires it in production.
   */
  secretKey: from('OTP_SECRET_KEY', masterSecret),
  /** The master secret before or after a rotation: accepted, never used to make a code. Needs `identityKey`. */
  previousSecretKey: from(
    'OTP_SECRET_KEY_PREVIOUS',
    // Tags would move with the swap of the keys: every limit would restart and pending codes would be lost.
    needing('identityKey', 'set to the value that secretKey had before the first rotation', masterSecret),
  ),
  /** Secret of the names under which the store keeps things; stays when `secretKey` rotates. Default: `secretKey`. */
  identityKey: from('OTP_IDENTITY_KEY', masterSecret),
};
