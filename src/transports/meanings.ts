import type { Meaning } from '../core/refusal.js';

/** A table of one meaning for many codes. */
export function mean(meaning: Meaning, ...codes: (number | string)[]): Record<string, Meaning> {
  return Object.fromEntries(codes.map((code) => [code, meaning]));
}

/** Own entries only: a provider's code could be `constructor`. */
export function find<Value>(table: Readonly<Record<string, Value>> = {}, key = ''): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
