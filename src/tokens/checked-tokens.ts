import { createHash } from 'node:crypto';
import type { TokenClaims } from './claims.js';

/**
 * Tokens whose signature has been checked, so that the same token need not be checked anew with each request. What can
 * change since then is not in here: whoever finds a token looks at its expiry and at the revocations again.
 */
export interface CheckedTokens {
  /** What a token goes by here: a hash, so that no token can be read out of this memory. */
  name(token: string): string;
  /** A fresh copy of the claims. */
  find(name: string): TokenClaims | undefined;
  /** @param claims as JSON, so that no reader can change what the next one finds */
  add(name: string, claims: string): void;
}

/** @param maxEntries how many are kept; the oldest goes first */
export function createCheckedTokens(maxEntries: number): CheckedTokens {
  const claimsByName = new Map<string, string>();
  return {
    name: (token) => createHash('sha256').update(token).digest('base64url'),
    find(name) {
      const claims = claimsByName.get(name);
      return claims === undefined ? undefined : (JSON.parse(claims) as TokenClaims);
    },
    add(name, claims) {
      if (claimsByName.size >= maxEntries) claimsByName.delete(claimsByName.keys().next().value ?? '');
      claimsByName.set(name, claims);
    },
  };
}
