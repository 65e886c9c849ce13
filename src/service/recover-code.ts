import type { Derivation } from '../core/derivation.js';
import { OtpError } from '../errors.js';
import type { PendingRecord } from '../store-verbs.js';
import type { Target } from './target.js';

/** Derives the code of a record. @throws OtpError `internal` when the store returned a record of another key */
export function recoverCode(
  derivation: Derivation,
  { identity, purpose }: Target,
  record: PendingRecord,
): string {
  const code = derivation.recoverCode(identity.value, purpose, record);
  if (code !== null) return code;
  throw new OtpError('internal', 'The store returned a record of a key that was not asked for');
}
