import { OtpError } from '../../errors.js';

export interface Expiring {
  /** Milliseconds, by the store's clock. */
  expiresAt: number;
  /** How many entries it counts as: 1 until `resize`. */
  weight?: number;
}

/** Bounds and default of the capacity of each map. */
export const entriesRange = { min: 1, max: 10_000_000, default: 250_000 };

/** Entries swept per insertion: with two, cleaning outruns filling. */
const stepsPerEntry = 2;
/** Entries swept before a full map refuses: enough to find room without a noticeable pause. */
const stepsBeforeRefusal = 10_000;
/** Entries swept when the map seems full and the caller has another way. */
const stepsPerQuestion = 100;

/**
 * A bounded map of entries that expire. It never evicts a live entry by itself. Insertions sweep a few entries each, so no
 * timer is needed.
 */
export class ExpiringMap<Entry extends Expiring> {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  /** The sum of all weights. */
  #used = 0;
  /** Position of the sweep, which is circular. */
  #cursor = this.#entries.entries();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  load(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAt > now) return entry;
    this.remove(key);
    return undefined;
  }

  /** Whether there is room for another key. Occasionally false although something has expired. */
  hasRoom(now: number): boolean {
    if (this.#used >= this.#maxEntries) this.#sweep(now, stepsPerQuestion);
    return this.#used < this.#maxEntries;
  }

  /** The free share of the capacity, 0 to 1. Too low while expired entries have not been swept. */
  findFreePart(now: number): number {
    if (this.#used > this.#maxEntries / 2) this.#sweep(now, stepsPerQuestion);
    return Math.max(0, 1 - this.#used / this.#maxEntries);
  }

  /** @throws OtpError `store_unavailable` when there is no room for another key */
  save(key: string, entry: Entry, now: number): void {
    this.#sweep(now, stepsPerEntry);
    if (this.#used >= this.#maxEntries && !this.#entries.has(key)) this.#makeRoom(now);
    const { size } = this.#entries;
    this.#entries.set(key, entry);
    if (this.#entries.size > size) this.#used += 1;
  }

  /**
   * Changes the weight of an entry that is in the map.
   *
   * @throws OtpError `store_unavailable` when it grows and there is no room
   */
  resize(entry: Entry, weight: number, now: number): void {
    const growth = weight - (entry.weight ?? 1);
    if (growth === 0) return;
    if (growth > 0 && this.#used >= this.#maxEntries) this.#makeRoom(now);
    entry.weight = weight;
    this.#used += growth;
  }

  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#used -= entry.weight ?? 1;
  }

  /** Removes the entry that was saved first. */
  removeOldest(): void {
    const [key] = this.#entries.keys();
    if (key !== undefined) this.remove(key);
  }

  #makeRoom(now: number): void {
    this.#sweep(now, stepsBeforeRefusal);
    if (this.#used < this.#maxEntries) return;
    throw new OtpError('store_unavailable', 'The memory store is full of live entries');
  }

  #sweep(now: number, steps: number): void {
    for (let i = 0; i < steps; i++) {
      const next = this.#cursor.next();
      if (next.done) {
        this.#cursor = this.#entries.entries();
        if (this.#entries.size === 0) return;
        continue;
      }
      const [key, { expiresAt }] = next.value;
      if (expiresAt <= now) this.remove(key);
    }
  }
}
