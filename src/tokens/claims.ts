import type { JWTPayload } from 'jose';
import { parseCanonical } from '../core/identity.js';

/** The claims of an access token; `sub` is the canonical identity, times are unix seconds. */
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
  /** Id of the browser session that renews this token. */
  sid?: string;
  /** From the `claims` option. */
  [claim: string]: unknown;
}

export type Claims = Record<string, unknown>;

/** The registered claims of RFC 7519 §4.1, and those that only this service sets. */
const reserved = new Set('iss sub aud exp nbf iat jti auth_time purpose namespace amr sid'.split(' '));

export function dropReserved(extra: Claims): Claims {
  const entries = Object.entries(extra);
  return entries.length === 0 ? {} : Object.fromEntries(entries.filter(([name]) => !reserved.has(name)));
}

/** The longest life of an access token. */
export const maxTtlSeconds = 86_400;
/** The longest life of a sign-in that is kept. */
export const maxRefreshTtlSeconds = 31_536_000;
/** Tolerated clock skew between instances, and between an instance and the store. */
export const clockSkewSeconds = 300;
/** How long a sign-out is remembered: as long as any sign-in can live, even one from under another configuration. */
export const signOutSeconds = maxRefreshTtlSeconds + maxTtlSeconds + clockSkewSeconds;

/** Whether a payload signed with our key is an access token of this namespace. */
export function isOurPayload(
  payload: JWTPayload,
  namespace: string,
  now: number,
): payload is JWTPayload & TokenClaims {
  const { sub, aud, amr, jti, sid } = payload;
  // A `sub` that is not a canonical identity is not ours, and might not fit in a header.
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

/** Anyone who shares our secret could otherwise make a token that outlives every key, or its own revocation. */
function isOurLife({ iat, exp }: JWTPayload, now: number): boolean {
  return (
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp) &&
    Number(exp) - Number(iat) <= maxTtlSeconds &&
    Number(iat) <= now + clockSkewSeconds
  );
}
