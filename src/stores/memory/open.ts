import type { DaySpending } from '../../core/ladder.js';
import { fewestShortAttempts } from '../../core/policy.js';
import type { OpenRequest, OpenResult } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { countOpenAttempts, createBudget, findCounts, findRecord, waitForRoom } from './budgets.js';
import type { DayRefusal } from './day-sends.js';
import { createRecord, type Plan, setChannel, toPending } from './records.js';
import { addToLog, timeLeft } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.open`. */
export function open(tables: Tables, request: OpenRequest, now: number): OpenResult {
  const { budgets, guesses, daySends } = tables;
  const { budgetTag, recordTag, challenge, side = 'unknown' } = request;
  const { lengthening, resend, cooldownSeconds, sends, day } = request;
  const isBound = request.bind || side === 'known' || challenge !== undefined;
  const stored = budgets.load(budgetTag, now);
  const budget = stored ?? createBudget();
  const counts = findCounts(budget, side);
  const isNew = isBound && challenge === undefined;
  const live = isNew ? undefined : findRecord(budget, nameRecord(recordTag, challenge), now);
  if (challenge !== undefined && !live) return { status: 'expired' };
  const isSpent = live !== undefined && live.attemptsLeft <= 0;
  if (isSpent && (lengthening.after === 0 || (resend === 'refuse' && live.sends > 0))) {
    return { status: 'blocked', retryAfterMs: live.expiresAt - now };
  }
  // A code that can no longer be verified must not block one that can.
  const usable = live && !isSpent && live.sends > 0 && request.keyIds.includes(live.keyId) ? live : undefined;
  if (resend === 'refuse' && usable) return { status: 'pending', retryAfterMs: usable.expiresAt - now };
  const forCooldown = timeLeft(counts.sends.at(-1), cooldownSeconds, now);
  if (forCooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: forCooldown };
  const forLimit = waitForRoom(counts.sends, sends, now);
  if (forLimit > 0) return { status: 'limited', limit: 'request_identity', retryAfterMs: forLimit };
  const forDay = day ? daySends.refuse(budgetTag, side, day, now) : null;
  if (forDay && day?.isEnforced) return { status: 'limited', ...forDay };

  // Before anything is counted: a refused call changes nothing.
  if (!stored) budgets.save(budgetTag, budget, now);
  let record = usable;
  if (!record || resend === 'rotate' || record.expiresAt - now < request.staleSeconds * 1000) {
    const others = budget.records.filter((other) => other !== live && other.expiresAt > now);
    budgets.resize(budget, others.length + 1, now);
    const used = guesses.find(budgetTag, side, now) + countOpenAttempts(budget, side, live, now);
    const plan = planCode(request, lengthening.after - used, live?.attemptsLeft);
    const name = nameRecord(recordTag, isBound ? request.newChallenge : undefined);
    record = createRecord(request, name, plan, now);
    budget.records = [record, ...others];
  } else {
    setChannel(record, request.channel);
    record.mute = request.mute;
  }
  record.sends += 1;
  // Also the id of the send: a fraction of a millisecond tells it from others of this millisecond.
  const send = now + (tables.sendCount++ % 1024) / 1024;
  record.lastSend = send;
  record.note = undefined;
  counts.sends = addToLog(counts.sends, sends.periodSeconds, now, send);
  if (day) daySends.add(budgetTag, side, record.challenge, day, send, now);
  budget.expiresAt = Math.max(budget.expiresAt, record.expiresAt, now + sends.periodSeconds * 1000);

  const ttlMs = record.expiresAt - now;
  const resendInMs = Math.max(
    cooldownSeconds * 1000,
    waitForRoom(counts.sends, sends, now),
    resend === 'refuse' ? ttlMs : 0,
    day ? waitForDay(daySends.refuse(budgetTag, side, day, now), day) : 0,
  );
  const opened: OpenResult = {
    status: 'opened',
    record: toPending(record),
    sendId: String(send),
    ttlMs,
    resendInMs,
  };
  if (forDay) opened.exceeded = forDay.limit;
  return opened;
}

/** Nobody has to wait for what a check would let through. */
function waitForDay(refusal: DayRefusal | null, { isEnforced }: DaySpending): number {
  return refusal === null || refusal.isHelpedByCheck || !isEnforced ? 0 : refusal.retryAfterMs;
}

/**
 * What a new code is given.
 *
 * @param room what is left of the budget of guesses
 * @param attemptsLeft of the code that it replaces
 */
function planCode(
  { digits, maxAttempts, lengthening }: OpenRequest,
  room: number,
  attemptsLeft = maxAttempts,
): Plan {
  // Without a budget, attempts that were used stay used.
  if (lengthening.after === 0) {
    return { digits, attempts: Math.min(maxAttempts, attemptsLeft), isShort: false };
  }
  if (room >= Math.min(fewestShortAttempts, maxAttempts)) {
    return { digits, attempts: Math.min(maxAttempts, room), isShort: true };
  }
  const attempts = Math.min(maxAttempts, lengthening.maxAttempts);
  return { digits: Math.max(digits, lengthening.digits), attempts, isShort: false };
}
