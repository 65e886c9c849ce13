import type { ReturnedSend } from '../../core/ladder.js';
import type { NoteRequest, ReleaseRequest } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { extend, findCounts, findRecord, waitForRoom } from './budgets.js';
import { addToLog, removeFromLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.release`. */
export function release(
  { budgets, daySends }: Tables,
  request: ReleaseRequest,
  now: number,
): ReturnedSend | undefined {
  const budget = budgets.load(request.budgetTag, now);
  const send = Number(request.sendId);
  const counts = budget && findCounts(budget, request.side);
  if (!budget || !counts?.sends.includes(send)) return undefined;
  if (request.limits.some((limit) => waitForRoom(counts.refusals, limit, now) > 0)) return undefined;
  const longest = Math.max(...request.limits.map(({ periodSeconds }) => periodSeconds));
  counts.sends = removeFromLog(counts.sends, send);
  counts.refusals = addToLog(counts.refusals, longest, now);
  extend(budget, now + longest * 1000);
  const record = findRecord(budget, nameRecord(request.recordTag, request.challenge), now);
  // A record none of whose sends stands counts as deleted. It is kept for operators, who see what became of it.
  if (record?.challenge === request.recordChallenge) record.sends -= 1;
  return daySends.take(request.budgetTag, request.side ?? 'unknown', send, now);
}

/** See `Store.note`. */
export function note({ budgets }: Tables, request: NoteRequest, now: number): void {
  const { budgetTag, recordTag, challenge, recordChallenge, sendId, keepSeconds } = request;
  const budget = budgets.load(budgetTag, now);
  const name = nameRecord(recordTag, challenge);
  // Whether or not it has expired.
  const record = budget?.records.find(
    (other) =>
      other.name === name && other.challenge === recordChallenge && other.lastSend === Number(sendId),
  );
  if (!budget || !record) return;
  record.note = request.note;
  extend(budget, now + keepSeconds * 1000);
}
