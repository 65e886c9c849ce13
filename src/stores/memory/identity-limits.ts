import type { OpenRequest } from '../../ports.js';
import { createExpiringTable, type ExpiringTable } from './expiring-table.js';
import { createTimeLogs, type TimeLogs } from './time-logs.js';

/** What counts against each identity. The logs go by the rows of the table. */
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
  const [sends, refusals, verifies] = [createTimeLogs(), createTimeLogs(), createTimeLogs()];
  const table = createExpiringTable(maxEntries, (row) => {
    for (const log of [sends, refusals, verifies]) log.clear(row);
  });
  return {
    find: table.find,
    findOrAdd: table.findOrAdd,
    sends,
    refusals,
    verifies,
    extend: (row, expiresAt) => table.keepUntil(row, Math.max(table.expiresAt(row), expiresAt)),
    readWaits(row, { cooldownSeconds, sends: limit }, now) {
      const latest = sends.latest(row);
      const refusalLimit = { max: limit.max * refusalFactor, periodSeconds: limit.periodSeconds };
      return {
        cooldown: latest === undefined ? 0 : Math.max(0, latest + cooldownSeconds * 1000 - now),
        request_identity: Math.max(
          sends.findRetryAfterMs(row, limit, now),
          refusals.findRetryAfterMs(row, refusalLimit, now),
        ),
      };
    },
  };
}
