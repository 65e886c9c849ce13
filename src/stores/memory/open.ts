import type { OpenRequest, OpenResult } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { createBudget, findCounts, findRecord, waitForLimit } from './budgets.js';
import { createRecord, setChannel, toPending } from './records.js';
import { addToLog, timeLeft } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.open`. */
export function open(tables: Tables, request: OpenRequest, now: number): OpenResult {
  const { budgets, guesses } = tables;
  const { budgetTag, recordTag, challenge, side = 'unknown' } = request;
  const { lengthening, resend, cooldownSeconds, sends } = request;
  const isBound = request.bind || side === 'known' || challenge !== undefined;
  const stored = budgets.load(budgetTag, now);
  const budget = stored ?? createBudget();
  const counts = findCounts(budget, side);
  const isNew = isBound && challenge === undefined;
  const live = isNew ? undefined : findRecord(budget, nameRecord(recordTag, challenge), now);
  if (challenge !== undefined && !live) return { status: 'expired' };
  if (live && live.attemptsLeft <= 0) return { status: 'blocked', retryAfterMs: live.expiresAt - now };

  const long = guesses.haveReached(budgetTag, side, lengthening, now);
  const digits = long ? Math.max(request.digits, lengthening.digits) : request.digits;
  // A code that can no longer be verified must not block one that can.
  const usable = live && live.digits >= digits && request.keyIds.includes(live.keyId) ? live : undefined;
  if (resend === 'refuse' && usable && usable.sends > 0) {
    return { status: 'pending', retryAfterMs: usable.expiresAt - now };
  }
  const forCooldown = timeLeft(counts.sends.at(-1), cooldownSeconds, now);
  if (forCooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: forCooldown };
  const forLimit = waitForLimit(counts, sends, now);
  if (forLimit > 0) return { status: 'limited', limit: 'request_identity', retryAfterMs: forLimit };

  // Before anything is counted: a refused call changes nothing.
  if (!stored) budgets.save(budgetTag, budget, now);
  let record = usable;
  if (!record || resend === 'rotate' || record.expiresAt - now < request.staleSeconds * 1000) {
    const others = budget.records.filter((other) => other !== live && other.expiresAt > now);
    budgets.resize(budget, others.length + 1, now);
    const maxAttempts = long ? Math.min(request.maxAttempts, lengthening.maxAttempts) : request.maxAttempts;
    const attemptsLeft = Math.min(maxAttempts, live?.attemptsLeft ?? maxAttempts);
    const name = nameRecord(recordTag, isBound ? request.newChallenge : undefined);
    record = createRecord(request, name, digits, attemptsLeft, now);
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
  budget.expiresAt = Math.max(budget.expiresAt, record.expiresAt, now + sends.periodSeconds * 1000);

  const ttlMs = record.expiresAt - now;
  const resendInMs = Math.max(
    cooldownSeconds * 1000,
    waitForLimit(counts, sends, now),
    resend === 'refuse' ? ttlMs : 0,
  );
  return { status: 'opened', record: toPending(record), sendId: String(send), ttlMs, resendInMs };
}
