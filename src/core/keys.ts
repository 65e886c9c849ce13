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

export interface Keys {
  current: CodeKey;
  /** Accepted until its pending records have expired. */
  previous: CodeKey | null;
  /** Keys the tags of identities. Like all below, derived from the identity secret: rotating the code key changes none. */
  identity: HmacSha256;
  /** Keys the tags of network addresses. */
  address: HmacSha256;
  /** Encrypts refresh tokens. */
  refresh: KeyObject;
  /** Encrypts device tokens. */
  device: KeyObject;
  /** Encrypts the state of a sign-in that the browser carries. */
  signInState: KeyObject;
  /** Signs the forms of the sign-in page. */
  signInForm: KeyObject;
  /** Encrypts the links that accompany codes. */
  link: KeyObject;
  /** Signs the puzzles of the human check. */
  humanCheck: KeyObject;
}

/** Derives one key per use from a master secret: HKDF-SHA-256 with empty salt and 32 bytes of output (RFC 5869). */
export function deriveKey(secret: Uint8Array, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, empty, `stateless-otp/v1/${label}`, 32)));
}

/** The key that derives codes from this secret, with an id that reveals nothing about it. */
function deriveCodeKey(secret: Uint8Array): CodeKey {
  const id = createHmac('sha256', deriveKey(secret, 'key-id')).digest('base64url').slice(0, 8);
  return {
    id,
    mac: createHmacSha256(deriveKey(secret, 'code')),
    challenge: createHmacSha256(deriveKey(secret, 'challenge')),
  };
}

export interface Secrets {
  secret: Uint8Array;
  previousSecret?: Uint8Array | undefined;
  /** Default: `secret`. */
  identitySecret?: Uint8Array | undefined;
}

export function deriveKeys({ secret, previousSecret, identitySecret = secret }: Secrets): Keys {
  return {
    current: deriveCodeKey(secret),
    previous: previousSecret ? deriveCodeKey(previousSecret) : null,
    identity: createHmacSha256(deriveKey(identitySecret, 'identity')),
    address: createHmacSha256(deriveKey(identitySecret, 'address')),
    refresh: deriveKey(identitySecret, 'refresh'),
    device: deriveKey(identitySecret, 'device'),
    signInState: deriveKey(identitySecret, 'sign-in-state'),
    signInForm: deriveKey(identitySecret, 'sign-in-form'),
    link: deriveKey(identitySecret, 'link'),
    humanCheck: deriveKey(identitySecret, 'human-check'),
  };
}

/** The code key with this id, or `null` when it has been retired. */
export function findCodeKey(keys: Keys, id: string): CodeKey | null {
  if (keys.current.id === id) return keys.current;
  return keys.previous?.id === id ? keys.previous : null;
}
