import type { RecordKey, Side } from '../../store-verbs.js';
import type { DaySends } from './day-sends.js';
import type { Expiring } from './expiring-map.js';
import type { StoredRecord } from './records.js';
import { emptyLog, type RollingLog } from './rolling-log.js';

/** An attempt that was neither consumed nor taken back. */
export interface Attempt {
  id: string;
  at: number;
  record: StoredRecord;
  /** When the guess count that holds its guess ends; 0 if none does. */
  period: number;
}

/** What counts against one side. */
export interface SideCounts {
  /** Their times are also their ids. */
  sends: RollingLog;
  /** Sends that a provider refused. */
  refusals: RollingLog;
  verifies: RollingLog;
}

/**
 * Everything that is kept about the identities that share a budget, except their guesses, which live longer. Its weight is
 * the number of records, at least 1; it is 0 once everything but the sends of a day has expired.
 */
export interface StoredBudget extends Expiring, DaySends {
  unknown: SideCounts | undefined;
  known: SideCounts | undefined;
  records: readonly StoredRecord[];
  attempts: readonly Attempt[];
  weight: number;
}

const noRecords: readonly StoredRecord[] = [];
const noAttempts: readonly Attempt[] = [];

/** The template of a new budget. Copy it, and never change it. */
export const newBudget: Readonly<StoredBudget> = {
  unknown: undefined,
  known: undefined,
  records: noRecords,
  attempts: noAttempts,
  expiresAt: 0,
  lastDaySend: undefined,
  weight: 1,
};

/** Drops everything but the sends of a day, because it has expired. Returns whether any sends remain. */
export function dropExpired(budget: StoredBudget, now: number): boolean {
  budget.unknown = undefined;
  budget.known = undefined;
  budget.records = noRecords;
  budget.attempts = noAttempts;
  return budget.lastDaySend !== undefined && budget.lastDaySend.expiresAt > now;
}

export function findCounts(budget: StoredBudget, side: Side = 'unknown'): SideCounts {
  budget[side] ??= { sends: emptyLog, refusals: emptyLog, verifies: emptyLog };
  return budget[side];
}

export function extend(budget: StoredBudget, expiresAt: number): void {
  budget.expiresAt = Math.max(budget.expiresAt, expiresAt);
}

type RecordName = Pick<RecordKey, 'recordTag' | 'challenge'>;

/** Whether it is the record of this purpose that is found by identity alone, or with this challenge. */
export function isNamed({ recordTag, boundTo }: StoredRecord, name: RecordName): boolean {
  return recordTag === name.recordTag && boundTo === name.challenge;
}

export function findRecord(
  { records }: StoredBudget,
  name: RecordName,
  now: number,
): StoredRecord | undefined {
  return records.find((record) => isNamed(record, name) && record.expiresAt > now);
}

/** Removes the attempt of this id and returns it. */
export function takeAttempt(budget: StoredBudget, id: string): Attempt | undefined {
  const attempt = budget.attempts.find((other) => other.id === id);
  if (attempt) budget.attempts = budget.attempts.filter((other) => other !== attempt);
  return attempt;
}
