import type { ConsumeRequest, RetractRequest } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { findCounts, findRecord, removeRecord, takeAttempt } from './budgets.js';
import { emptyLog, removeFromLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.consume`. */
export function consume(
  { budgets, guesses, signOuts }: Tables,
  { identityTag, budgetTag, recordTag, challenge, side, recordChallenge, attemptId }: ConsumeRequest,
  now: number,
): number | false {
  const budget = budgets.load(budgetTag, now);
  const attempt = attemptId === undefined ? undefined : budget && takeAttempt(budget, attemptId);
  // It has been taken back.
  if (attemptId !== undefined && !attempt) return false;
  const record = budget && findRecord(budget, nameRecord(recordTag, challenge), now);
  const paidBy = attempt?.record.side ?? record?.side ?? 'unknown';
  guesses.takeBack(budgetTag, paidBy, attempt?.guessExpiresAt, now);
  if (!budget || record?.challenge !== recordChallenge) return false;
  removeRecord(budget, record);
  budgets.resize(budget, Math.max(1, budget.records.length), now);
  findCounts(budget, side).verifies = emptyLog;
  return signOuts.timeSignIn(identityTag, now);
}

/** See `Store.retract`. */
export function retract(
  { budgets, guesses }: Tables,
  { budgetTag, challenge, side, attemptId }: RetractRequest,
  now: number,
): boolean {
  const budget = budgets.load(budgetTag, now);
  const attempt = budget && takeAttempt(budget, attemptId);
  if (!attempt) return false;
  attempt.record.attemptsLeft += 1;
  if (challenge === undefined) {
    const counts = findCounts(budget, side);
    counts.verifies = removeFromLog(counts.verifies, attempt.at);
  }
  guesses.takeBack(budgetTag, attempt.record.side, attempt.guessExpiresAt, now);
  return true;
}
