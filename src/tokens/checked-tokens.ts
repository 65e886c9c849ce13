import { createHash } from 'node:crypto';
import type { TokenClaims } from './claims.js';

/**
 * Tokens whose signature has been checked, so that the same token need not be checked anew with each request. What can
 * change since then is not in here: whoever finds a token looks at its expiry and at the revocations again.
 */
export interface CheckedTokens {
  /** A fresh copy of the claims. */
  find(token: string): TokenClaims | undefined;
  add(token: string, claims: TokenClaims): void;
}

/** @param maxEntries how many are kept; the oldest goes first */
export function createCheckedTokens(maxEntries: number): CheckedTokens {
  // By hash, so that no token can be read out of this memory, and as text, so that no caller can change it.
  const claimsByHash = new Map<string, string>();
  return {
    find(token) {
      const text = claimsByHash.get(hash(token));
      return text === undefined ? undefined : (JSON.parse(text) as TokenClaims);
    },
    add(token, claims) {
      if (claimsByHash.size >= maxEntries) claimsByHash.delete(claimsByHash.keys().next().value ?? '');
      claimsByHash.set(hash(token), JSON.stringify(claims));
    },
  };
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
