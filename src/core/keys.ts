import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { createHmacSha256, type HmacSha256 } from '../fast/hmac.js';

const empty = new Uint8Array(0);

/** A key that derives codes. Pending records store its id, so that each has exactly one valid code. */
export interface CodeKey {
  id: string;
  mac: HmacSha256;
  /** Authenticates challenges that carry their record. */
  challenge: HmacSha256;
}

/** Derives one key per use from a master secret: HKDF-SHA-256 with empty salt and 32 bytes of output (RFC 5869). */
export function deriveKey(secret: Uint8Array, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, empty, `stateless-otp/v1/${label}`, 32)));
}

export function deriveCodeMac(secret: Uint8Array): HmacSha256 {
  return createHmacSha256(deriveKey(secret, 'code'));
}

export function deriveIdentityMac(secret: Uint8Array): HmacSha256 {
  return createHmacSha256(deriveKey(secret, 'identity'));
}

/** The key that derives codes from this secret, with an id that reveals nothing about it. */
function deriveCodeKey(secret: Uint8Array): CodeKey {
  const id = createHmac('sha256', deriveKey(secret, 'key-id')).digest('base64url').slice(0, 8);
  return {
    id,
    mac: deriveCodeMac(secret),
    challenge: createHmacSha256(deriveKey(secret, 'challenge')),
  };
}

export interface Secrets {
  secret: Uint8Array;
  previousSecret?: Uint8Array | undefined;
  /** Default: `secret`. */
  identitySecret?: Uint8Array | undefined;
}

export type Keys = ReturnType<typeof deriveKeys>;

export function deriveKeys({ secret, previousSecret, identitySecret = secret }: Secrets) {
  return {
    current: deriveCodeKey(secret),
    /** Accepted until its pending records have expired. */
    previous: previousSecret ? deriveCodeKey(previousSecret) : null,
    /** Keys the tags of identities. Like all below, derived from the identity secret: rotating the code key changes none. */
    identity: deriveIdentityMac(identitySecret),
    /** Keys the tags of network addresses. */
    address: createHmacSha256(deriveKey(identitySecret, 'address')),
    /** Encrypts refresh tokens. */
    refresh: deriveKey(identitySecret, 'refresh'),
    /** Encrypts device tokens. */
    device: deriveKey(identitySecret, 'device'),
    /** Encrypts the state of a sign-in that the browser carries. */
    signInState: deriveKey(identitySecret, 'sign-in-state'),
    /** Signs the forms of the sign-in page. */
    signInForm: deriveKey(identitySecret, 'sign-in-form'),
    /** Encrypts the links that accompany codes. */
    link: deriveKey(identitySecret, 'link'),
    /** Signs the puzzles of the human check. */
    humanCheck: deriveKey(identitySecret, 'human-check'),
  };
}

/** The code key with this id, or `null` when it has been retired. */
export function findCodeKey(keys: Keys, id: string): CodeKey | null {
  if (keys.current.id === id) return keys.current;
  return keys.previous?.id === id ? keys.previous : null;
}
