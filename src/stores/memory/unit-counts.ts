import type { ExpiringMap } from './expiring-map.js';
import { findHitsEnd, type KeyCounts } from './key-counts.js';
import { addUnits, findEnd, sumUnits, takeUnits, waitForUnits } from './part-counts.js';
import { emptyLog } from './rolling-log.js';

/** Counts of units over rolling periods, by key. Without room for another, they are not counted. */
export class UnitCounts {
  readonly #counts: ExpiringMap<KeyCounts>;

  constructor(counts: ExpiringMap<KeyCounts>) {
    this.#counts = counts;
  }

  /** @param withoutRoom what a key without room is taken to have used */
  sum(key: string, periodSeconds: number, withoutRoom: number, now: number): number {
    const count = this.#counts.load(key, now);
    if (count) return sumUnits(count.parts ?? [], periodSeconds, now);
    return this.#counts.hasRoom(now) ? 0 : withoutRoom;
  }

  /** Milliseconds until no more than `most` still count. */
  wait(key: string, periodSeconds: number, most: number, now: number): number {
    return waitForUnits(this.#counts.load(key, now)?.parts ?? [], periodSeconds, most, now);
  }

  add(key: string, periodSeconds: number, units: number, now: number): void {
    const count = this.#counts.load(key, now);
    if (!count && !this.#counts.hasRoom(now)) return;
    const parts = addUnits(count?.parts, periodSeconds, units, now);
    const expiresAt = findEnd(parts, periodSeconds);
    if (!count) {
      this.#counts.add(key, { hits: emptyLog, hitSeconds: 0, parts, expiresAt }, now);
      return;
    }
    count.parts = parts;
    count.expiresAt = Math.max(count.expiresAt, expiresAt);
  }

  /** @param atMs when they were added */
  take(key: string, periodSeconds: number, units: number, atMs: number, now: number): void {
    const count = this.#counts.load(key, now);
    if (!count?.parts) return;
    takeUnits(count.parts, periodSeconds, units, atMs);
    count.expiresAt = Math.max(findEnd(count.parts, periodSeconds), findHitsEnd(count));
    if (count.expiresAt <= now) this.#counts.remove(key);
  }
}
