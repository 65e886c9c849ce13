import type { HitGroup, HitLimit, HitResult } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addToLog, emptyLog, type RollingLog, timeLeft } from './rolling-log.js';
import { SharedCounts } from './shared-counts.js';

interface Hits extends Expiring {
  log: RollingLog;
}

/** In three generations, 3 MB for each period, taken once the table is full. */
const sharedCounters = 2 ** 20;

/**
 * The limits of network addresses. Those without room share hashed counters, which refuse no later than their own limit would.
 */
export class RollingLimits {
  readonly #hits: ExpiringMap<Hits>;
  /** By period. */
  readonly #shared = new Map<number, SharedCounts>();
  /** The table that hits with `opensRecords` fill. */
  readonly #opened: ExpiringMap<Expiring>;

  constructor(maxEntries: number, opened: ExpiringMap<Expiring>) {
    this.#hits = new ExpiringMap(maxEntries);
    this.#opened = opened;
  }

  /** See `Store.hit`. */
  hit(key: string, limit: HitLimit, group: HitGroup | undefined, now: number): HitResult {
    const { max, periodSeconds, opensRecords = false } = limit;
    // From half full on, limits fall with the square of the room that is left, and those of groups with its fourth power: networks
    // that may ask for 50 codes are down to one each while 7 % is still free.
    const factor = opensRecords ? Math.min(1, 2 * this.#opened.findFreePart(now)) ** 2 : 1;
    const shared = this.#shared.get(periodSeconds);
    // The group first: while it is exhausted, its many keys take no entries.
    const limits = group
      ? [
          { key: group.key, max: group.max * factor },
          { key, max },
        ]
      : [{ key, max }];
    const found = [];
    for (const { key, max } of limits) {
      const hits = this.#hits.load(key, now);
      const lowered = Math.max(1, Math.ceil(max * factor));
      const retryAfterMs = hits
        ? timeLeft(hits.log.at(-lowered), periodSeconds, now)
        : (shared?.timeLeft(key, lowered, now) ?? 0);
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      found.push({ key, hits });
    }
    const expiresAt = now + periodSeconds * 1000;
    for (const { key, hits } of found) {
      if (hits) {
        hits.log = addToLog(hits.log, periodSeconds, now);
        hits.expiresAt = expiresAt;
      } else if (!shared?.count(key, now) && this.#hits.hasRoom(now)) {
        this.#hits.save(key, { log: addToLog(emptyLog, periodSeconds, now), expiresAt }, now);
      } else {
        this.#share(periodSeconds).add(key, now);
      }
    }
    return { allowed: true };
  }

  #share(periodSeconds: number): SharedCounts {
    const counts = this.#shared.get(periodSeconds) ?? new SharedCounts(sharedCounters, periodSeconds);
    this.#shared.set(periodSeconds, counts);
    return counts;
  }
}
