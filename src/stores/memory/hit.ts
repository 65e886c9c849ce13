import type { CountVerbs } from '../../count-verbs.js';
import type { Clock } from '../../ports.js';
import { lowerLimits } from '../room.js';
import type { StoredBudget } from './budgets.js';
import { ExpiringMap } from './expiring-map.js';
import type { KeyCounts } from './key-counts.js';
import { addToLog, emptyLog, waitForRoom } from './rolling-log.js';
import { SharedCounts } from './shared-counts.js';

/** In three generations, 3 MB for each period, taken once the table is full. */
const sharedCounters = 2 ** 20;

/** Limits are lowered once half of the table is full. That is enough: nothing else fills it, and it empties within minutes. */
const reserve = 1 / 2;

/**
 * The limits of network addresses. Addresses that the table has no room for share hashed counters, which may refuse earlier
 * than a limit of their own would, but never later.
 *
 * @param budgets the table that hits with `opensRecords` fill
 * @param counts where these hits are kept, with what else counts against their keys
 */
export function createHit(
  maxEntries: number,
  budgets: ExpiringMap<StoredBudget>,
  counts: ExpiringMap<KeyCounts>,
  clock: Clock,
): CountVerbs['hit'] {
  const others = new ExpiringMap<KeyCounts>(maxEntries);
  const sharedByPeriod = new Map<number, SharedCounts>();

  return async (key, limit, group) => {
    const now = clock();
    const { periodSeconds, opensRecords } = limit;
    const table = opensRecords ? counts : others;
    const shared = sharedByPeriod.get(periodSeconds);
    const left = opensRecords ? budgets.findFreePart(now) / reserve : 1;
    const found = [];
    for (const { key: name, max } of lowerLimits(key, limit, group, left)) {
      const own = table.load(name, now);
      // An entry may have only units yet, and shared hits.
      const isShared = !own?.hits.length && shared !== undefined && shared.count(name, now) > 0;
      const retryAfterMs = isShared
        ? shared.timeLeft(name, max, now)
        : waitForRoom(own?.hits ?? emptyLog, max, periodSeconds, now);
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      found.push({ name, own, isShared });
    }
    const expiresAt = now + periodSeconds * 1000;
    for (const { name, own, isShared } of found) {
      if (isShared || !(own || table.hasRoom(now))) {
        share(periodSeconds).add(name, now);
      } else if (own) {
        own.hits = addToLog(own.hits, periodSeconds, now);
        own.hitSeconds = periodSeconds;
        own.expiresAt = Math.max(own.expiresAt, expiresAt);
      } else {
        const hits = addToLog(emptyLog, periodSeconds, now);
        table.add(name, { hits, hitSeconds: periodSeconds, parts: undefined, expiresAt }, now);
      }
    }
    return { allowed: true };
  };

  function share(periodSeconds: number): SharedCounts {
    const shared = sharedByPeriod.get(periodSeconds) ?? new SharedCounts(sharedCounters, periodSeconds);
    sharedByPeriod.set(periodSeconds, shared);
    return shared;
  }
}
