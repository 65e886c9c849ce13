import type { CountVerbs } from '../../count-verbs.js';
import type { Clock } from '../../ports.js';
import { lowerLimits } from '../room.js';
import type { StoredBudget } from './budgets.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addToLog, emptyLog, type RollingLog, waitForRoom } from './rolling-log.js';
import { SharedCounts } from './shared-counts.js';

interface Hits extends Expiring {
  log: RollingLog;
}

/** In three generations, 3 MB for each period, taken once the table is full. */
const sharedCounters = 2 ** 20;

/** Limits are lowered once half of the table is full. That is enough: nothing else fills it, and it empties within minutes. */
const reserve = 1 / 2;

/**
 * The limits of network addresses. Addresses that the table has no room for share hashed counters, which may refuse earlier
 * than a limit of their own would, but never later.
 *
 * @param budgets the table that hits with `opensRecords` fill
 */
export function createHit(
  maxEntries: number,
  budgets: ExpiringMap<StoredBudget>,
  clock: Clock,
): CountVerbs['hit'] {
  const hits = new ExpiringMap<Hits>(maxEntries);
  const sharedByPeriod = new Map<number, SharedCounts>();

  return async (key, limit, group) => {
    const now = clock();
    const { periodSeconds, opensRecords } = limit;
    const shared = sharedByPeriod.get(periodSeconds);
    const left = opensRecords ? budgets.findFreePart(now) / reserve : 1;
    const found = [];
    for (const { key: name, max } of lowerLimits(key, limit, group, left)) {
      const own = hits.load(name, now);
      const retryAfterMs = own
        ? waitForRoom(own.log, max, periodSeconds, now)
        : (shared?.timeLeft(name, max, now) ?? 0);
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      found.push({ name, own });
    }
    const expiresAt = now + periodSeconds * 1000;
    for (const { name, own } of found) {
      if (own) {
        own.log = addToLog(own.log, periodSeconds, now);
        own.expiresAt = expiresAt;
      } else if (!shared?.count(name, now) && hits.hasRoom(now)) {
        hits.save(name, { log: addToLog(emptyLog, periodSeconds, now), expiresAt }, now);
      } else {
        share(periodSeconds).add(name, now);
      }
    }
    return { allowed: true };
  };

  function share(periodSeconds: number): SharedCounts {
    const counts = sharedByPeriod.get(periodSeconds) ?? new SharedCounts(sharedCounters, periodSeconds);
    sharedByPeriod.set(periodSeconds, counts);
    return counts;
  }
}
