import type { OpenRequest } from '../../ports.js';
import { createExpiringTable, type ExpiringTable, firstField } from './expiring-table.js';
import { createTimeLogs, type TimeLogs, wordsPerLog } from './time-logs.js';

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
  const table = createExpiringTable(maxEntries, 3 * wordsPerLog, (row) => {
    sends.clear(row);
    refusals.clear(row);
    verifies.clear(row);
  });
  const sends = createTimeLogs(table.rows, firstField);
  const refusals = createTimeLogs(table.rows, firstField + wordsPerLog);
  const verifies = createTimeLogs(table.rows, firstField + 2 * wordsPerLog);
  return {
    find: table.find,
    findOrAdd: table.findOrAdd,
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
