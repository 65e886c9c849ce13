import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { createHmacSha256, type HmacSha256 } from '../fast/hmac.js';

const empty = new Uint8Array(0);

/** A key that derives codes. The id goes into the pending record, so that one record has exactly one code. */
export interface CodeKey {
  id: string;
  mac: HmacSha256;
}

export interface Keys {
  /** Makes the codes. */
  current: CodeKey;
  /** Still accepted while its pending records live. */
  previous: CodeKey | null;
  /** Keys the tags of identities; stays when the code key rotates. */
  identity: HmacSha256;
  /** Keys the tags of network addresses. */
  address: HmacSha256;
  /** Seals refresh tokens; of the identity secret, so that rotating the code key signs nobody out. */
  refresh: KeyObject;
  /** Seals what a browser brings along while somebody signs in, and signs the forms; likewise. */
  signInState: KeyObject;
  signInForm: KeyObject;
  /** Seals the links that stand beside codes; likewise. */
  link: KeyObject;
}

/** Derives one key a use from a master secret: HKDF-SHA-256 with empty salt and 32 bytes out (RFC 5869). */
export function deriveKey(secret: Uint8Array, label: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, empty, `stateless-otp/v1/${label}`, 32)));
}

/** The key that derives codes from this secret, with an id that tells nothing of it. */
function deriveCodeKey(secret: Uint8Array): CodeKey {
  const id = createHmac('sha256', deriveKey(secret, 'key-id')).digest('base64url').slice(0, 8);
  return { id, mac: createHmacSha256(deriveKey(secret, 'code')) };
}

export interface Secrets {
  secret: Uint8Array;
  previousSecret?: Uint8Array | undefined;
  /** Default: `secret`. */
  identitySecret?: Uint8Array | undefined;
}

/** All keys of one installation. */
export function deriveKeys({ secret, previousSecret, identitySecret = secret }: Secrets): Keys {
  return {
    current: deriveCodeKey(secret),
    previous: previousSecret ? deriveCodeKey(previousSecret) : null,
    identity: createHmacSha256(deriveKey(identitySecret, 'identity')),
    address: createHmacSha256(deriveKey(identitySecret, 'address')),
    refresh: deriveKey(identitySecret, 'refresh'),
    signInState: deriveKey(identitySecret, 'sign-in-state'),
    signInForm: deriveKey(identitySecret, 'sign-in-form'),
    link: deriveKey(identitySecret, 'link'),
  };
}

/** The code key with this id, or `null` when it has been retired. */
export function findCodeKey(keys: Keys, id: string): CodeKey | null {
  if (keys.current.id === id) return keys.current;
  return keys.previous?.id === id ? keys.previous : null;
}
