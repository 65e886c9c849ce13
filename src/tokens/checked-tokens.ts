import { hash } from 'node:crypto';
import type { TokenClaims } from './claims.js';

/**
 * Tokens whose signature has been checked, so that the same token need not be checked anew with each request. What can
 * change since then is not in here: whoever finds a token looks at its expiry and at the revocations again.
 */
export interface CheckedTokens {
  /** What a token goes by here: a hash, so that no token can be read out of this memory. */
  name(token: string): string;
  /** A fresh copy of the claims, so that no reader can change what the next one finds. */
  find(name: string): TokenClaims | undefined;
  add(name: string, claims: TokenClaims): void;
}

/**
 * Two maps in turn: when the younger is full, it becomes the older, and what was not asked for since is forgotten. To take
 * the oldest out of one map by itself, each time, means passing over all that were taken out before.
 *
 * @param maxEntries how many are kept at most, an even number; those asked for last stay longest
 */
export function createCheckedTokens(maxEntries: number): CheckedTokens {
  let younger = new Map<string, TokenClaims>();
  let older = new Map<string, TokenClaims>();

  function keep(name: string, claims: TokenClaims): void {
    if (younger.size >= maxEntries / 2) {
      older = younger;
      younger = new Map();
    }
    younger.set(name, claims);
  }

  return {
    name: (token) => hash('sha256', token, 'base64url'),
    find(name) {
      let claims = younger.get(name);
      if (!claims) {
        claims = older.get(name);
        if (claims) keep(name, claims);
      }
      return claims && copyJson(claims);
    },
    add: (name, claims) => keep(name, copyJson(claims)),
  };
}

/** Of what JSON can hold. Quicker than reading JSON again. */
function copyJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as Value;
  // Not one member after the other from the start: a member called __proto__ would become the prototype.
  const copy = { ...value };
  for (const name of Object.keys(copy) as (keyof Value)[]) {
    if (typeof copy[name] === 'object') copy[name] = copyJson(copy[name]);
  }
  return copy;
}
