import { decodeSecret, minSecretBytes } from '../core/secret.js';
import { from, needing, type Row, secret } from './row.js';

const masterSecret: Row<Uint8Array | string, Uint8Array | string | undefined> = {
  ...secret(`base64 of at least ${minSecretBytes} bytes`),
  check: (value, name) => decodeSecret(value as Uint8Array | string, name),
};

export const secretOptions = {
  /**
   * Master secret of the codes: at least 32 bytes, as bytes or base64. `generateSecretKey` returns one. In development the
   * service generates one at each start; in production it is required.
   */
  secretKey: from('OTP_SECRET_KEY', masterSecret),
  /** The master secret before or after a rotation: accepted, but never used for new codes. Needs `identityKey`. */
  previousSecretKey: from(
    'OTP_SECRET_KEY_PREVIOUS',
    // Tags would move with the swap of the keys: every limit would restart and pending codes would be lost.
    needing('identityKey', 'set to the value that secretKey had before the first rotation', masterSecret),
  ),
  /** Secret that the names in the store are derived from; stays the same when `secretKey` is rotated. Default: `secretKey`. */
  identityKey: from('OTP_IDENTITY_KEY', masterSecret),
};
