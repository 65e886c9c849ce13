import { type Expiring, ExpiringMap } from './expiring-map.js';
import { addUnits, findEnd, type PartCounts, sumUnits, takeUnits, waitForUnits } from './part-counts.js';

interface Count extends Expiring {
  parts: PartCounts;
}

/** Counts of units over rolling periods, by key. Without room for another, they are not counted. */
export class UnitCounts {
  readonly #counts: ExpiringMap<Count>;

  constructor(maxEntries: number) {
    this.#counts = new ExpiringMap(maxEntries);
  }

  /** @param withoutRoom what a key without room is taken to have used */
  sum(key: string, periodSeconds: number, withoutRoom: number, now: number): number {
    const count = this.#counts.load(key, now);
    if (count) return sumUnits(count.parts, periodSeconds, now);
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
    if (count) count.expiresAt = expiresAt;
    else this.#counts.save(key, { parts, expiresAt }, now);
  }

  /** @param atMs when they were added */
  take(key: string, periodSeconds: number, units: number, atMs: number, now: number): void {
    const count = this.#counts.load(key, now);
    if (!count) return;
    takeUnits(count.parts, periodSeconds, units, atMs);
    if (count.parts.length === 0) this.#counts.remove(key);
  }
}
