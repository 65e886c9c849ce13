import type { ConsumedRecord, ConsumeRequest, RetractRequest } from '../../store-verbs.js';
import { findCounts, findRecord, takeAttempt } from './budgets.js';
import { returnDaySends } from './day-sends.js';
import { emptyLog, removeFromLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.consume`. */
export async function consume(
  tables: Tables,
  request: ConsumeRequest,
): Promise<number | ConsumedRecord | false> {
  const { budgets, guesses, signOuts, clock } = tables;
  const now = clock();
  const { budgetTag, challenge, recordChallenge, attemptId } = request;
  const budget = budgets.load(budgetTag, now);
  const attempt = attemptId === undefined ? undefined : budget && takeAttempt(budget, attemptId);
  // It has been taken back.
  if (attemptId !== undefined && !attempt) return false;
  const record = budget && findRecord(budget, request, now);
  const hasWon = budget !== undefined && record?.challenge === recordChallenge;
  if (challenge === undefined) {
    // Every right guess is given back, not only the winner's: see docs/decisions/0001.
    if (attempt) guesses[attempt.record.side].takeBack(budgetTag, attempt.period, 1, now);
    else if (hasWon && record.tried) guesses[record.side].takeBack(budgetTag, record.tried.period, 1, now);
  } else if (hasWon && record.tried) {
    guesses[record.side].takeBack(budgetTag, record.tried.period, record.tried.guesses, now);
  }
  if (!hasWon) return false;
  budget.records = budget.records.filter((other) => other !== record);
  budgets.shrink(budget, Math.max(1, budget.records.length));
  findCounts(budget, request.side).verifies = emptyLog;
  const sends = returnDaySends(budget, recordChallenge, now);
  const authTimeSeconds = signOuts.timeSignIn(request.identityTag, now);
  return sends.length === 0 ? authTimeSeconds : { authTimeSeconds, sends };
}

/** See `Store.retract`. */
export async function retract(tables: Tables, request: RetractRequest): Promise<boolean> {
  const { budgets, guesses, clock } = tables;
  const now = clock();
  const { budgetTag, challenge, side, attemptId } = request;
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
  const isGivenBack = period === 0 || guesses[record.side].takeBack(budgetTag, period, 1, now);
  if (!isLive || !isGivenBack) return true;
  record.attemptsLeft += 1;
  if (period !== 0 && record.tried) record.tried.guesses -= 1;
  return true;
}
