import { type Fault, faultOf, type RefusalCategory } from '../core/refusal.js';
import type { Refusal } from '../ports.js';

/** What a provider's code means: its category, and whose fault it is where the category alone does not tell. */
export type Meaning = RefusalCategory | readonly [RefusalCategory, Fault];

export function createRefusal(meaning: Meaning, detail: string, retryAfterSeconds?: number): Refusal {
  const [category, fault] = typeof meaning === 'string' ? ([meaning] as const) : meaning;
  const isFinal = category === 'invalid_recipient' || category === 'rejected' || category === 'unauthorized';
  return {
    ok: false,
    category,
    ...(fault === undefined || fault === faultOf({ category }) ? {} : { fault }),
    retryable: !isFinal,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    detail,
  };
}

/** One meaning for many codes. */
export function mean(meaning: Meaning, ...codes: (number | string)[]): Record<string, Meaning> {
  return Object.fromEntries(codes.map((code) => [code, meaning]));
}

/** The entry that is the table's own: a provider's code could be `constructor`. */
export function find<Value>(table: Readonly<Record<string, Value>> = {}, key = ''): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
