import type { NoteRequest, ReleaseRequest } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import { extend, findCounts, findRecord, removeRecord } from './budgets.js';
import { addToLog, removeFromLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.release`. */
export function release({ budgets }: Tables, request: ReleaseRequest, now: number): void {
  const budget = budgets.load(request.budgetTag, now);
  const send = Number(request.sendId);
  const counts = budget && findCounts(budget, request.side);
  if (!budget || !counts?.sends.includes(send)) return;
  const record = findRecord(budget, nameRecord(request.recordTag, request.challenge), now);
  // Nobody knows any more whether a code that is gone was guessed at.
  if (record?.challenge !== request.recordChallenge) return;
  // It paid for the guesses.
  if (record.isTried && record.sends <= 1) return;
  counts.sends = removeFromLog(counts.sends, send);
  counts.refusals = addToLog(counts.refusals, request.periodSeconds, now);
  extend(budget, now + request.periodSeconds * 1000);
  record.sends -= 1;
  if (request.resend !== 'refuse' || record.sends > 0) return;
  removeRecord(budget, record);
  budgets.resize(budget, Math.max(1, budget.records.length), now);
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
