import type { ConsumedRecord, ConsumeRequest, RetractRequest } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { findCounts, findRecord, removeRecord, takeAttempt } from './budgets.js';
import { emptyLog, removeFromLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.consume`. */
export function consume(
  { budgets, guesses, daySends, signOuts }: Tables,
  { identityTag, budgetTag, recordTag, challenge, side, recordChallenge, attemptId }: ConsumeRequest,
  now: number,
): number | ConsumedRecord | false {
  const budget = budgets.load(budgetTag, now);
  const attempt = attemptId === undefined ? undefined : budget && takeAttempt(budget, attemptId);
  // It has been taken back.
  if (attemptId !== undefined && !attempt) return false;
  const record = budget && findRecord(budget, nameRecord(recordTag, challenge), now);
  const hasWon = budget !== undefined && record?.challenge === recordChallenge;
  if (challenge === undefined) {
    // Every right guess is given back, not only the winner's: see docs/decisions/0001.
    const { side: paidBy, period } = attempt
      ? { side: attempt.record.side, period: attempt.period }
      : (record ?? noGuess);
    if (attempt || hasWon) guesses.takeBack(budgetTag, paidBy, period, 1, now);
  } else if (hasWon) {
    guesses.takeBack(budgetTag, record.side, record.period, record.tried, now);
  }
  if (!hasWon) return false;
  removeRecord(budget, record);
  budgets.resize(budget, Math.max(1, budget.records.length), now);
  findCounts(budget, side).verifies = emptyLog;
  const sends = daySends.takeRecord(budgetTag, recordChallenge, now);
  const authTimeSeconds = signOuts.timeSignIn(identityTag, now);
  return sends.length === 0 ? authTimeSeconds : { authTimeSeconds, sends };
}

const noGuess = { side: 'unknown', period: 0 } as const;

/** See `Store.retract`. */
export function retract(
  { budgets, guesses }: Tables,
  { budgetTag, challenge, side, attemptId }: RetractRequest,
  now: number,
): boolean {
  const budget = budgets.load(budgetTag, now);
  const attempt = budget && takeAttempt(budget, attemptId);
  if (!attempt) return false;
  if (challenge === undefined) {
    const counts = findCounts(budget, side);
    counts.verifies = removeFromLog(counts.verifies, attempt.at);
  }
  const { record, period } = attempt;
  const isLive = budget.records.includes(record);
  // The caller that consumed a bound code got all of its guesses back.
  if (!isLive && challenge !== undefined) return true;
  const isGivenBack = period === 0 || guesses.takeBack(budgetTag, record.side, period, 1, now);
  if (!isLive || !isGivenBack) return true;
  record.attemptsLeft += 1;
  if (period !== 0) record.tried -= 1;
  return true;
}
