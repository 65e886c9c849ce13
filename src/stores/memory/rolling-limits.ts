import type { HitGroup, HitLimit, HitResult } from '../../count-verbs.js';
import { lowerLimits } from '../room.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addToLog, emptyLog, type RollingLog, timeLeft } from './rolling-log.js';
import { SharedCounts } from './shared-counts.js';

interface Hits extends Expiring {
  log: RollingLog;
}

/** In three generations, 3 MB for each period, taken once the table is full. */
const sharedCounters = 2 ** 20;

/** From half full on, limits fall: nothing else fills the table, and it empties within minutes. */
const reserve = 1 / 2;

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
    const { periodSeconds } = limit;
    const shared = this.#shared.get(periodSeconds);
    const found = [];
    const left = limit.opensRecords ? this.#opened.findFreePart(now) / reserve : 1;
    for (const { key: name, max } of lowerLimits(key, limit, group, left)) {
      const hits = this.#hits.load(name, now);
      const retryAfterMs = hits
        ? timeLeft(hits.log.at(-max), periodSeconds, now)
        : (shared?.timeLeft(name, max, now) ?? 0);
      if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
      found.push({ key: name, hits });
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
