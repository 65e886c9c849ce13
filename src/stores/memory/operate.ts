import type { InspectedCounts, InspectRequest, InspectResult } from '../../inspect-verb.js';
import type { ClearRequest, ClearResult, Side } from '../../store-verbs.js';
import { clearBudget, createBudget, findCounts, type StoredBudget } from './budgets.js';
import { inspectRecord } from './records.js';
import type { RollingLog } from './rolling-log.js';
import type { Tables } from './tables.js';

/** See `Store.clear`. */
export function clear(
  { budgets, guesses, daySends, signOuts }: Tables,
  request: ClearRequest,
  now: number,
): ClearResult {
  const { identityTag, budgetTag, counts, signOutSeconds } = request;
  // First, since it fails when the store is full.
  if (signOutSeconds > 0) signOuts.add(identityTag, signOutSeconds, now);
  if (counts) guesses.clear(budgetTag, now);
  if (counts) daySends.clear(budgetTag);
  const budget = budgets.load(budgetTag, now);
  if (!budget) return { records: 0 };
  const records = clearBudget(budget, request, now);
  budgets.resize(budget, Math.max(1, budget.records.length), now);
  return { records };
}

/** See `Store.inspect`. */
export function inspect(tables: Tables, request: InspectRequest, now: number): InspectResult {
  const { identityTag, budgetTag } = request;
  const budget = tables.budgets.load(budgetTag, now) ?? createBudget();
  const own = budget.records.filter((record) => record.identityTag === identityTag);
  return {
    records: own.map((record) => inspectRecord(record, now)),
    ...inspectCounts(tables, budget, request, 'unknown', now),
    known: inspectCounts(tables, budget, request, 'known', now),
    endedSeconds: tables.signOuts.find(identityTag, now),
  };
}

function inspectCounts(
  { guesses, daySends }: Tables,
  budget: StoredBudget,
  { budgetTag, periodSeconds }: InspectRequest,
  side: Side,
  now: number,
): InspectedCounts {
  const listAges = (log: RollingLog) =>
    log.filter((at) => at + periodSeconds * 1000 > now).map((at) => Math.max(0, Math.floor(now - at)));
  const counts = findCounts(budget, side);
  const { count, endsInMs } = guesses.inspect(budgetTag, side, now);
  return {
    sends: listAges(counts.sends),
    refusals: listAges(counts.refusals),
    verifies: listAges(counts.verifies),
    guesses: count,
    guessesEndInMs: endsInMs,
    ...daySends.inspect(budgetTag, side, now),
  };
}
