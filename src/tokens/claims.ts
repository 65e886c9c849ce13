import type { JWTPayload } from 'jose';

/** What a token says; `sub` is the canonical identity, times are unix seconds. */
export interface TokenClaims {
  iss: string;
  aud: string;
  sub: string;
  iat: number;
  exp: number;
  jti: string;
  /** When the person typed the code (OpenID Connect Core §2). */
  auth_time: number;
  purpose: string;
  namespace: string;
  /** How the person was authenticated (RFC 8176): `otp`, and `sms` when the code came by SMS. */
  amr: string[];
  /** The session of a browser that renews its token. */
  sid?: string;
  /** What the `claims` option added. */
  [claim: string]: unknown;
}

/** RFC 7519 §4.1, and what we say ourselves. */
const reserved = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'auth_time',
  'purpose',
  'namespace',
  'amr',
  'sid',
];

/** Without the claims that only we may make. */
export function dropReserved(extra: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extra).filter(([name]) => !reserved.includes(name)));
}

/** Whether what was signed with our key is a token of this namespace. */
export function hasOurClaims(payload: JWTPayload, namespace: string): payload is JWTPayload & TokenClaims {
  const { sub, aud, amr, jti, sid } = payload;
  // A `sub` that is no canonical identity is not ours, and could not stand in a header.
  const isOurs =
    typeof sub === 'string' && /^[\x21-\x7E]+$/.test(sub) && typeof aud === 'string' && Array.isArray(amr);
  return (
    isOurs &&
    payload['namespace'] === namespace &&
    typeof payload['purpose'] === 'string' &&
    typeof payload['auth_time'] === 'number' &&
    typeof jti === 'string' &&
    (sid === undefined || typeof sid === 'string')
  );
}
