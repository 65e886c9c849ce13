import type { Derivation } from '../core/derivation.js';
import { type Identity, parseIdentity } from '../core/identity.js';
import { guessMemorySeconds, longAttempts, type Policy } from '../core/policy.js';
import type { CallOptions, InvalidIdentity } from '../results.js';
import type { Lengthening, RecordKey, StoreTraits } from '../store-verbs.js';
import type { FindTestCode, TestCode } from './test-codes.js';

/** What a call is about: an identity and a purpose. */
export interface Target {
  identity: Identity;
  purpose: string;
  recordKey: RecordKey;
  lengthening: Lengthening;
  /** For a test identity. */
  testCode: TestCode | undefined;
}

/** Country of a phone number, for outcomes; undefined for other identities. */
export type FindCountry = (identity: Identity) => string | undefined;

/** The function that it returns throws a RangeError for a purpose that is not configured. */
export function createTargetResolver(parts: {
  policy: Policy;
  derivation: Derivation;
  findTestCode?: FindTestCode | undefined;
  defaultCountry?: string | undefined;
  store: StoreTraits;
}) {
  const { policy, derivation, findTestCode, defaultCountry, store } = parts;
  const { purposes } = policy;
  const lengthening: Lengthening = {
    after: policy.lengthenAfter,
    digits: policy.longDigits,
    maxAttempts: longAttempts,
    memorySeconds: guessMemorySeconds,
  };
  return (input: unknown, options: CallOptions): Target | InvalidIdentity => {
    const purpose = options.purpose || purposes[0];
    if (purpose === undefined || !purposes.includes(purpose)) {
      throw new RangeError(`purpose must be one of ${purposes.join(', ')}`);
    }
    const identity = parseIdentity(input, { defaultCountry });
    if (identity === null || identity === 'ambiguous') return toInvalidIdentity(identity);
    const { identityTag, budgetTag } = derivation.deriveOwnerTags(identity);
    const recordTag = derivation.deriveRecordTag(identity.value, purpose);
    const testCode = findTestCode?.(identity);
    const challenge = options.challenge || undefined;
    const recordKey: RecordKey = { identityTag, budgetTag, recordTag, challenge };
    if (challenge !== undefined && store.isStateless) {
      recordKey.sealed = derivation.openChallenge(identity.value, purpose, challenge) ?? undefined;
    }
    return {
      identity,
      purpose,
      recordKey,
      lengthening: testCode?.lengthen(lengthening) ?? lengthening,
      testCode,
    };
  };
}

/** What a caller is told about an identity that cannot be parsed. */
export function toInvalidIdentity(parsed: null | 'ambiguous'): InvalidIdentity {
  return parsed === null ? { status: 'invalid_identity' } : { status: 'invalid_identity', isAmbiguous: true };
}
