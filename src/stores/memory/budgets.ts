import type { ExpiredCause } from '../../core/expired-cause.js';
import { policyNumbers } from '../../core/policy.js';
import type { RollingLimit } from '../../count-verbs.js';
import type { Side } from '../../store-verbs.js';
import { nameRecord } from '../record-name.js';
import type { Expiring } from './expiring-map.js';
import type { StoredRecord } from './records.js';
import { emptyLog, type RollingLog, timeLeft } from './rolling-log.js';

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

/** Everything the store holds about the identities that share a budget; expires with the last of it. */
export interface StoredBudget extends Expiring {
  /** Most have no known browser. */
  known: SideCounts | undefined;
  unknown: SideCounts;
  records: StoredRecord[];
  attempts: readonly Attempt[];
}

const noAttempts: readonly Attempt[] = [];

function createCounts(): SideCounts {
  return { sends: emptyLog, refusals: emptyLog, verifies: emptyLog };
}

export function createBudget(): StoredBudget {
  return { known: undefined, unknown: createCounts(), expiresAt: 0, records: [], attempts: noAttempts };
}

export function findCounts(budget: StoredBudget, side: Side | undefined): SideCounts {
  if (side !== 'known') return budget.unknown;
  budget.known ??= createCounts();
  return budget.known;
}

export function extend(budget: StoredBudget, expiresAt: number): void {
  budget.expiresAt = Math.max(budget.expiresAt, expiresAt);
}

export function findRecord({ records }: StoredBudget, name: string, now: number): StoredRecord | undefined {
  return records.find((record) => record.name === name && record.expiresAt > now);
}

/** Why there is no live record of this name. */
export function explainAbsence(
  budget: StoredBudget | undefined,
  recordTag: string,
  challenge: string | undefined,
  now: number,
): ExpiredCause {
  if (!budget) return 'never_requested';
  const name = nameRecord(recordTag, challenge);
  if (budget.records.some((record) => record.name === name)) return 'expired';
  const hasOther = budget.records.some(
    (record) => record.expiresAt > now && record.name.startsWith(recordTag),
  );
  if (hasOther) return challenge === undefined ? 'other_challenge' : 'replaced';
  const lastSend = Math.max(budget.unknown.sends.at(-1) ?? 0, budget.known?.sends.at(-1) ?? 0);
  return lastSend + policyNumbers.windowSeconds.max * 1000 > now ? 'gone' : 'never_requested';
}

export function removeRecord(budget: StoredBudget, record: StoredRecord): void {
  budget.records = budget.records.filter((other) => other !== record);
}

/** Also drops those that have outlived every code. */
export function addAttempt(budget: StoredBudget, attempt: Attempt): void {
  const oldest = attempt.at - policyNumbers.windowSeconds.max * 1000;
  budget.attempts = [...budget.attempts.filter(({ at }) => at > oldest), attempt];
}

/** Removes the attempt of this id and returns it. */
export function takeAttempt(budget: StoredBudget, id: string): Attempt | undefined {
  const attempt = budget.attempts.find((other) => other.id === id);
  if (attempt) budget.attempts = budget.attempts.filter((other) => other !== attempt);
  return attempt;
}

/** Milliseconds until one more fits; 0: no wait. */
export function waitForRoom(log: RollingLog, limit: RollingLimit, now: number): number {
  return timeLeft(log.at(-limit.max), limit.periodSeconds, now);
}

/** Attempts that live short codes of a side still have, except one of them. */
export function countOpenAttempts(
  { records }: StoredBudget,
  side: Side,
  except: StoredRecord | undefined,
  now: number,
): number {
  let open = 0;
  for (const record of records) {
    const isOpen = record.isShort && record.side === side && record.sends > 0 && record.expiresAt > now;
    if (isOpen && record !== except) open += record.attemptsLeft;
  }
  return open;
}

/** Returns how many live records it ended. See `Store.clear`. */
export function clearBudget(
  budget: StoredBudget,
  { identityTag, records, counts }: { identityTag: string; records: boolean; counts: boolean },
  now: number,
): number {
  const isOver = (record: StoredRecord) =>
    record.identityTag === identityTag && (records || (counts && record.attemptsLeft <= 0));
  const ended = budget.records.filter((record) => isOver(record) && record.expiresAt > now);
  budget.records = budget.records.filter((record) => !isOver(record));
  if (counts) {
    budget.unknown = createCounts();
    budget.known = undefined;
  }
  return ended.length;
}
