import { hash } from 'node:crypto';
import { createRecent } from './recent.js';

/**
 * Caches the claims of tokens whose signature has been verified. Callers must still check expiry and revocation, which
 * change over time.
 */
export interface CheckedTokens<Claims> {
  /** The cache key of a token: a hash, so that memory holds no usable token. */
  hash(token: string): string;
  /** A copy of the claims, so that callers cannot change the cached ones. */
  find(key: string): Claims | undefined;
  add(key: string, claims: Claims): void;
}

/**
 * Verifying an HS256 signature with jose takes 24 µs, a hit here 0.9 µs.
 *
 * @param maxEntries an even number
 */
export function createCheckedTokens<Claims>(maxEntries: number): CheckedTokens<Claims> {
  const recent = createRecent<string, Claims>(maxEntries);
  return {
    hash: (token) => hash('sha256', token, 'base64url'),
    find(key) {
      const claims = recent.get(key);
      return claims && copyJson(claims);
    },
    add: (key, claims) => recent.set(key, copyJson(claims)),
  };
}

/** Deep copy of a JSON value: 0.14 µs, against 1.7 µs for structuredClone. */
export function copyJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as Value;
  // A spread, since assigning a member called __proto__ would set the prototype.
  const copy = { ...value };
  for (const name of Object.keys(copy) as (keyof Value)[]) {
    if (typeof copy[name] === 'object') copy[name] = copyJson(copy[name]);
  }
  return copy;
}
