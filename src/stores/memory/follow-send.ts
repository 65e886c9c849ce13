import type { ReturnedSend } from '../../core/ladder.js';
import type { NoteRequest, ReleaseRequest } from '../../store-verbs.js';
import { extend, findCounts, findRecord, isNamed } from './budgets.js';
import { takeDaySend } from './day-sends.js';
import { addToLog, removeFromLog, waitForRoom } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.release`. */
export async function release(tables: Tables, request: ReleaseRequest): Promise<ReturnedSend | undefined> {
  const now = tables.clock();
  const budget = tables.budgets.load(request.budgetTag, now);
  if (!budget) return undefined;
  const counts = findCounts(budget, request.side);
  const send = Number(request.sendId);
  if (!counts.sends.includes(send)) return undefined;
  let longest = 0;
  for (const { max, periodSeconds } of request.limits) {
    if (waitForRoom(counts.refusals, max, periodSeconds, now) > 0) return undefined;
    longest = Math.max(longest, periodSeconds);
  }
  counts.sends = removeFromLog(counts.sends, send);
  counts.refusals = addToLog(counts.refusals, longest, now);
  extend(budget, now + longest * 1000);
  const record = findRecord(budget, request, now);
  // A record counts as deleted once all of its sends have been released. It is kept so that operators see what became of
  // it.
  if (record?.challenge === request.recordChallenge) record.sends -= 1;
  return takeDaySend(budget, send, now);
}

/** See `Store.note`. */
export async function note(tables: Tables, request: NoteRequest): Promise<void> {
  const { recordChallenge, keepSeconds } = request;
  const now = tables.clock();
  const budget = tables.budgets.load(request.budgetTag, now);
  const send = Number(request.sendId);
  // Expired records too: notes on how a send ended may come late.
  const record = budget?.records.find(
    (other) => isNamed(other, request) && other.challenge === recordChallenge && other.lastSend === send,
  );
  if (!budget || !record) return;
  record.note = request.note;
  extend(budget, now + keepSeconds * 1000);
}
