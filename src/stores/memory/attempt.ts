import type { AttemptRequest, AttemptResult } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { addAttempt, explainAbsence, extend, findCounts, findRecord } from './budgets.js';
import { toPending } from './records.js';
import { addToLog, timeLeft } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.attempt`. */
export function attempt({ budgets, guesses }: Tables, request: AttemptRequest, now: number): AttemptResult {
  const { budgetTag, recordTag, challenge, attemptId, lengthening, verifies } = request;
  const budget = budgets.load(budgetTag, now);
  const record = budget && findRecord(budget, nameRecord(recordTag, challenge), now);
  if (!budget || !record) {
    return { status: 'expired', cause: explainAbsence(budget, recordTag, challenge, now) };
  }
  if (record.sends <= 0) return { status: 'expired', cause: 'withdrawn' };
  if (!request.keyIds.includes(record.keyId)) return { status: 'expired', cause: 'key_retired' };
  if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
  if (challenge === undefined) {
    const counts = findCounts(budget, request.side);
    const retryAfterMs = timeLeft(counts.verifies.at(-verifies.max), verifies.periodSeconds, now);
    if (retryAfterMs > 0) return { status: 'limited', retryAfterMs };
    counts.verifies = addToLog(counts.verifies, verifies.periodSeconds, now);
    extend(budget, now + verifies.periodSeconds * 1000);
  }
  let period = 0;
  if (record.isShort) {
    period = guesses.count(budgetTag, record.side, lengthening.memorySeconds, now);
    if (record.period !== period) record.tried = 0;
    record.period = period;
    record.tried += 1;
  }
  if (attemptId !== undefined) addAttempt(budget, { id: attemptId, at: now, record, period });
  record.attemptsLeft -= 1;
  const { attemptsLeft, side, expiresAt: expiresAtMs, note = null } = record;
  return { status: 'counted', record: toPending(record), attemptsLeft, side, expiresAtMs, note };
}
