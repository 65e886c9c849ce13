import type { ExpiredCause } from '../../core/expired-cause.js';
import { policyNumbers } from '../../core/policy.js';
import type { AttemptRequest, AttemptResult } from '../../store-verbs.js';
import { extend, findCounts, findRecord, isNamed, type StoredBudget } from './budgets.js';
import { toPending } from './records.js';
import { addToLog, waitForRoom } from './rolling-log.js';
import type { Tables } from './tables.js';

const longestLifeMs = policyNumbers.windowSeconds.max * 1000;

/** See `Store.attempt`. */
export async function attempt(tables: Tables, request: AttemptRequest): Promise<AttemptResult> {
  const now = tables.clock();
  const { budgetTag, challenge, attemptId, lengthening } = request;
  const { max, periodSeconds } = request.verifies;
  const budget = tables.budgets.load(budgetTag, now);
  const record = budget && findRecord(budget, request, now);
  if (!budget || !record) {
    return { status: 'expired', cause: explainAbsence(budget, request, now) };
  }
  if (record.sends <= 0) return { status: 'expired', cause: 'withdrawn' };
  if (!request.keyIds.includes(record.keyId)) return { status: 'expired', cause: 'key_retired' };
  if (record.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: record.expiresAt - now };
  if (challenge === undefined) {
    const counts = findCounts(budget, request.side);
    const retryAfterMs = waitForRoom(counts.verifies, max, periodSeconds, now);
    if (retryAfterMs > 0) return { status: 'limited', retryAfterMs };
    counts.verifies = addToLog(counts.verifies, periodSeconds, now);
    extend(budget, now + periodSeconds * 1000);
  }
  let period = 0;
  if (record.isShort) {
    period = tables.guesses[record.side].count(budgetTag, lengthening.memorySeconds, now);
    if (record.tried?.period === period) record.tried.guesses += 1;
    else record.tried = { guesses: 1, period };
  }
  if (attemptId !== undefined) {
    // Attempts older than any code can be are dropped.
    const others = budget.attempts.filter(({ at }) => at > now - longestLifeMs);
    // Not spread: see `addToLog`.
    budget.attempts = others.concat({ id: attemptId, at: now, record, period });
  }
  record.attemptsLeft -= 1;
  const { attemptsLeft, side, expiresAt: expiresAtMs, note = null } = record;
  return { status: 'counted', record: toPending(record), attemptsLeft, side, expiresAtMs, note };
}

/** Why there is no live record of this name. */
function explainAbsence(
  budget: StoredBudget | undefined,
  request: AttemptRequest,
  now: number,
): ExpiredCause {
  if (!budget) return 'never_requested';
  const { recordTag, challenge } = request;
  if (budget.records.some((record) => isNamed(record, request))) return 'expired';
  const hasOther = budget.records.some((record) => record.expiresAt > now && record.recordTag === recordTag);
  if (hasOther) return challenge === undefined ? 'other_challenge' : 'replaced';
  const lastSend = Math.max(budget.unknown?.sends.at(-1) ?? 0, budget.known?.sends.at(-1) ?? 0);
  return lastSend + longestLifeMs > now ? 'gone' : 'never_requested';
}
