import type { InspectedCounts, InspectRequest, InspectResult } from '../../inspect-verb.js';
import type { ClearRequest, ClearResult, Side } from '../../store-verbs.js';
import { newBudget, type StoredBudget } from './budgets.js';
import { inspectDaySends } from './day-sends.js';
import { inspectRecord, type StoredRecord } from './records.js';
import { emptyLog, type RollingLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.clear`. */
export async function clear(tables: Tables, request: ClearRequest): Promise<ClearResult> {
  const { budgets, guesses, signOuts, clock } = tables;
  const now = clock();
  const { identityTag, budgetTag, signOutSeconds } = request;
  // First, since these fail when the store is full.
  if (signOutSeconds > 0) signOuts.add(identityTag, signOutSeconds, now);
  if (request.counts) guesses.unknown.clear(budgetTag, now);
  if (request.counts) guesses.known.clear(budgetTag, now);
  const budget = budgets.load(budgetTag, now);
  if (!budget) return { records: 0 };
  if (request.counts) {
    budget.unknown = undefined;
    budget.known = undefined;
    budget.lastDaySend = undefined;
  }
  const isOver = (record: StoredRecord) =>
    record.identityTag === identityTag && (request.records || (request.counts && record.attemptsLeft <= 0));
  const over = budget.records.filter(isOver);
  if (over.length > 0) {
    budget.records = budget.records.filter((record) => !isOver(record));
    budgets.shrink(budget, Math.max(1, budget.records.length));
  }
  return { records: over.filter((record) => record.expiresAt > now).length };
}

/** See `Store.inspect`. */
export async function inspect(tables: Tables, request: InspectRequest): Promise<InspectResult> {
  const { budgets, signOuts, clock } = tables;
  const now = clock();
  const { identityTag, budgetTag } = request;
  const budget = budgets.load(budgetTag, now) ?? { ...newBudget };
  const own = budget.records.filter((record) => record.identityTag === identityTag);
  return {
    records: own.map((record) => inspectRecord(record, now)),
    ...inspectCounts(tables, budget, request, 'unknown', now),
    known: inspectCounts(tables, budget, request, 'known', now),
    endedSeconds: signOuts.find(identityTag, now),
  };
}

function inspectCounts(
  { guesses }: Tables,
  budget: StoredBudget,
  { budgetTag, periodSeconds }: InspectRequest,
  side: Side,
  now: number,
): InspectedCounts {
  const listAges = (log: RollingLog = emptyLog) =>
    log.filter((at) => at + periodSeconds * 1000 > now).map((at) => Math.max(0, Math.floor(now - at)));
  const counts = budget[side];
  return {
    sends: listAges(counts?.sends),
    refusals: listAges(counts?.refusals),
    verifies: listAges(counts?.verifies),
    ...guesses[side].inspect(budgetTag, now),
    ...inspectDaySends(budget, side, now),
  };
}
