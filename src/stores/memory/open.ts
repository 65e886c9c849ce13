import type { OpenRequest, OpenResult } from '../../store-verbs.js';
import { findCounts, findRecord, newBudget, type StoredBudget } from './budgets.js';
import { addDaySend, findDayRefusal } from './day-sends.js';
import { createRecord, type StoredRecord, toPending } from './records.js';
import { addToLog, emptyLog, type RollingLog, waitForRoom } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.open`. */
export async function open(tables: Tables, request: OpenRequest): Promise<OpenResult> {
  const { budgets, clock } = tables;
  const now = clock();
  const { budgetTag, challenge, side = 'unknown', channel, resend, sends, day } = request;
  const stored = budgets.load(budgetTag, now);
  const isBound = request.bind || side === 'known' || challenge !== undefined;
  const isNew = !stored || (isBound && challenge === undefined);
  const live = isNew ? undefined : findRecord(stored, request, now);
  if (challenge !== undefined && !live) return { status: 'expired' };

  // A code that can no longer be verified must not block one that can.
  const isUsable = live && live.attemptsLeft > 0 && live.sends > 0 && request.keyIds.includes(live.keyId);
  let record = isUsable ? live : undefined;
  const refusal = refuse(request, live, record, stored?.[side]?.sends ?? emptyLog, now);
  if (refusal) return refusal;
  const budget = stored ?? { ...newBudget };
  const canCountDay = budget.lastDaySend !== undefined || budgets.hasRoom(now);
  const forDay = day ? findDayRefusal(budget, side, day, canCountDay, now) : null;
  if (forDay && day?.isEnforced) return { status: 'limited', ...forDay };

  if (!record || resend === 'rotate' || record.expiresAt - now < request.staleSeconds * 1000) {
    record = replaceRecord(tables, request, isBound, budget, live, now);
  }

  record.channel = channel;
  if (!record.channels.includes(channel)) record.channels = [...record.channels, channel];
  record.mute = request.mute;
  record.sends += 1;
  // Also the id of the send, so a fraction is added that no other send of this millisecond has.
  const send = now + (tables.sendCount++ % 1024) / 1024;
  record.lastSend = send;
  record.note = undefined;
  const counts = findCounts(budget, side);
  counts.sends = addToLog(counts.sends, sends.periodSeconds, now, send);
  if (day && canCountDay) addDaySend(budget, side, record.challenge, day, send);
  budget.expiresAt = Math.max(budget.expiresAt, record.expiresAt, now + sends.periodSeconds * 1000);

  const ttlMs = record.expiresAt - now;
  const nextForDay = day?.isEnforced ? findDayRefusal(budget, side, day, canCountDay, now) : null;
  const resendInMs = Math.max(
    request.cooldownSeconds * 1000,
    waitForRoom(counts.sends, sends.max, sends.periodSeconds, now),
    resend === 'refuse' ? ttlMs : 0,
    // Nobody has to wait for what a check would let through.
    nextForDay && !nextForDay.isHelpedByCheck ? nextForDay.retryAfterMs : 0,
  );
  const sendId = String(send);
  const opened: OpenResult = { status: 'opened', record: toPending(record), sendId, ttlMs, resendInMs };
  if (forDay) opened.exceeded = forDay.limit;
  return opened;
}

/** What keeps a send from being opened, but for the limits over a day. */
function refuse(
  { resend, lengthening, cooldownSeconds, sends }: OpenRequest,
  live: StoredRecord | undefined,
  usable: StoredRecord | undefined,
  log: RollingLog,
  now: number,
): OpenResult | null {
  const isBlocking = lengthening.after === 0 || (resend === 'refuse' && live !== undefined && live.sends > 0);
  if (live && live.attemptsLeft <= 0 && isBlocking) {
    return { status: 'blocked', retryAfterMs: live.expiresAt - now };
  }
  if (resend === 'refuse' && usable) return { status: 'pending', retryAfterMs: usable.expiresAt - now };
  const forCooldown = waitForRoom(log, 1, cooldownSeconds, now);
  if (forCooldown > 0) return { status: 'limited', limit: 'cooldown', retryAfterMs: forCooldown };
  const forLimit = waitForRoom(log, sends.max, sends.periodSeconds, now);
  if (forLimit > 0) return { status: 'limited', limit: 'request_identity', retryAfterMs: forLimit };
  return null;
}

/** Makes a new code, which gets what all others leave of the budget of guesses. */
function replaceRecord(
  { budgets, guesses }: Tables,
  request: OpenRequest,
  isBound: boolean,
  budget: StoredBudget,
  live: StoredRecord | undefined,
  now: number,
): StoredRecord {
  const { budgetTag, side = 'unknown', lengthening } = request;
  const others = budget.records.filter((other) => other !== live && other.expiresAt > now);
  // Before anything is counted: a refused call changes nothing.
  const isNew = budget.expiresAt === 0;
  if (isNew) budgets.add(budgetTag, budget, now);
  else budgets.save(budgetTag, budget, now, others.length + 1);
  let room = lengthening.after - guesses[side].find(budgetTag, now);
  for (const other of others)
    if (other.isShort && other.side === side && other.sends > 0) room -= other.attemptsLeft;
  const record = createRecord(request, isBound, room, live?.attemptsLeft, now);
  budget.records = [record, ...others];
  return record;
}
