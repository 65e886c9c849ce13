import type { OpenRequest } from '../../store-verbs.js';
import { ExpiringTable, firstField } from './expiring-table.js';
import { TimeLogs, wordsPerLog } from './time-logs.js';

/** What counts against each identity. */
export interface IdentityLimits extends Pick<ExpiringTable, 'find' | 'findOrAdd'> {
  sends: TimeLogs;
  /** Tries that a provider refused. */
  refusals: TimeLogs;
  verifies: TimeLogs;
  /** Keeps the entry at least until then. */
  extend(row: number, expiresAt: number): void;
  /** How long each limit on sends asks to wait, in milliseconds; 0 is not at all. */
  readWaits(row: number, request: OpenRequest, now: number): { cooldown: number; request_identity: number };
}

/** Tries that a provider refused are capped at this many times the send limit. */
const refusalFactor = 2;

/** @param maxEntries how many identities may have limits at once */
export function createIdentityLimits(maxEntries: number): IdentityLimits {
  const table = new ExpiringTable({
    maxEntries,
    fields: 3 * wordsPerLog,
    clear(row) {
      sends.clear(row);
      refusals.clear(row);
      verifies.clear(row);
    },
  });
  const sends = new TimeLogs(table.rows, firstField);
  const refusals = new TimeLogs(table.rows, firstField + wordsPerLog);
  const verifies = new TimeLogs(table.rows, firstField + 2 * wordsPerLog);
  return {
    find: (key, now) => table.find(key, now),
    findOrAdd: (key, expiresAt, now) => table.findOrAdd(key, expiresAt, now),
    sends,
    refusals,
    verifies,
    extend: (row, expiresAt) => table.keepUntil(row, Math.max(table.expiresAt(row), expiresAt)),
    readWaits(row, { cooldownSeconds, sends: limit }, now) {
      const latest = sends.latest(row);
      return {
        cooldown: latest === undefined ? 0 : Math.max(0, latest + cooldownSeconds * 1000 - now),
        request_identity: Math.max(
          sends.findRetryAfterMs(row, limit.max, limit.periodSeconds, now),
          refusals.findRetryAfterMs(row, limit.max * refusalFactor, limit.periodSeconds, now),
        ),
      };
    },
  };
}
