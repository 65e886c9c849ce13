import type { Derivation } from '../core/derivation.js';
import { OtpError } from '../errors.js';
import type { PendingRecord } from '../store-verbs.js';
import type { Target } from './target.js';

/** The code of a record again. @throws OtpError `internal` when its key was not among those that the store was given */
export function recoverCode(
  derivation: Derivation,
  { identity, purpose }: Target,
  record: PendingRecord,
): string {
  const code = derivation.recoverCode(identity.value, purpose, record);
  if (code !== null) return code;
  throw new OtpError('internal', 'The store returned a record of a key that was not asked for');
}
