import type { JWTPayload } from 'jose';
import { parseCanonical } from '../core/identity.js';

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
  /** How the person was authenticated (RFC 8176): `otp`, and `sms` when any send of the code went by SMS. */
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
  const entries = Object.entries(extra);
  return entries.length === 0 ? {} : Object.fromEntries(entries.filter(([name]) => !reserved.includes(name)));
}

/** The longest life of a token. */
export const maxTtlSeconds = 86_400;

/** How far apart the clocks of two instances, or of an instance and the store, may be. */
export const clockSkewSeconds = 300;

/** Whether what was signed with our key is a token of this namespace. */
export function isOurPayload(
  payload: JWTPayload,
  namespace: string,
  now: number,
): payload is JWTPayload & TokenClaims {
  const { sub, aud, amr, jti, sid } = payload;
  // A `sub` that is no canonical identity is not ours, and could not stand in a header.
  const isOurs =
    typeof sub === 'string' && parseCanonical(sub) !== null && typeof aud === 'string' && Array.isArray(amr);
  return (
    isOurs &&
    isOurLife(payload, now) &&
    payload['namespace'] === namespace &&
    typeof payload['purpose'] === 'string' &&
    Number.isSafeInteger(payload['auth_time']) &&
    typeof jti === 'string' &&
    (sid === undefined || typeof sid === 'string')
  );
}

/** Who shares our secret could otherwise make a token that outlives all keys, or its own revocation. */
function isOurLife({ iat, exp }: JWTPayload, now: number): boolean {
  return (
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp) &&
    Number(exp) - Number(iat) <= maxTtlSeconds &&
    Number(iat) <= now + clockSkewSeconds
  );
}
