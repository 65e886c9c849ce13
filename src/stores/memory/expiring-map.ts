import { OtpError } from '../../errors.js';

export interface Expiring {
  /** Milliseconds, by the store's clock. */
  expiresAt: number;
  /** How many entries it counts as. Default 1. */
  weight?: number;
}

/** Bounds and default of the capacity of each map. */
export const entriesRange = { min: 1, max: 10_000_000, default: 190_000 };

/** One insertion sweeps for this many: neighbours are in the processor's cache together. */
const insertionsPerSweep = 16;
/** Entries swept per insertion: with two, cleaning outruns filling. */
const stepsPerEntry = 2;
/** The same for maps that can hold, in addition to a full map, as many entries without weight. */
const stepsPerWeight = 4;
/** Entries swept before a full map refuses: enough to find room without a noticeable pause. */
const stepsBeforeRefusal = 10_000;
/** Entries swept when the map seems full and the caller has another way. */
const stepsPerQuestion = 100;

/**
 * A bounded map of entries that expire. It never evicts a live entry by itself. Insertions sweep, so no timer is needed.
 */
export class ExpiringMap<Entry extends Expiring> {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  readonly #outlives: ((entry: Entry, now: number) => boolean) | undefined;
  readonly #stepsPerEntry: number;
  #insertions = 0;
  /** The sum of all weights. */
  #used = 0;
  /** Position of the sweep, which is circular. */
  #cursor = this.#entries.entries();

  /**
   * @param outlives whether an entry that has expired is kept, with a weight of 0. Asked again whenever the entry is met.
   *   Default: it is removed
   */
  constructor(maxEntries: number, outlives?: (entry: Entry, now: number) => boolean) {
    this.#maxEntries = maxEntries;
    this.#outlives = outlives;
    this.#stepsPerEntry = outlives ? stepsPerWeight : stepsPerEntry;
  }

  load(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAt > now) return entry;
    this.#expire(key, entry, now);
    return this.#entries.get(key);
  }

  /** Whether another key can be kept, also beyond its expiry. Occasionally false although something has expired. */
  hasRoom(now: number): boolean {
    if (this.#entries.size >= this.#maxEntries) this.#sweep(now, stepsPerQuestion);
    return this.#entries.size < this.#maxEntries;
  }

  /** The free share of the capacity, 0 to 1. Too low while expired entries have not been swept. */
  findFreePart(now: number): number {
    if (this.#used > this.#maxEntries / 2) this.#sweep(now, stepsPerQuestion);
    return Math.max(0, 1 - this.#used / this.#maxEntries);
  }

  /**
   * Adds a key that is not in the map. `save` would look for it first, which in a large map costs as much again.
   *
   * @throws OtpError `store_unavailable` when there is no room for it
   */
  add(key: string, entry: Entry, now: number, weight = 1): void {
    this.#put(key, entry, now, weight, weight);
  }

  /** @throws OtpError `store_unavailable` when there is no room for another key, or for more weight */
  save(key: string, entry: Entry, now: number, weight = 1): void {
    const replaced = this.load(key, now);
    this.#put(key, entry, now, weight, replaced ? weight - (replaced.weight ?? 1) : weight);
  }

  /** Lowers the weight of an entry that is in the map. */
  shrink(entry: Entry, weight: number): void {
    this.#used -= (entry.weight ?? 1) - weight;
    entry.weight = weight;
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

  #put(key: string, entry: Entry, now: number, weight: number, growth: number): void {
    this.#insertions += 1;
    if (this.#insertions % insertionsPerSweep === 0)
      this.#sweep(now, insertionsPerSweep * this.#stepsPerEntry);
    if (growth > 0 && this.#used >= this.#maxEntries) this.#makeRoom(now);
    this.#entries.set(key, entry);
    this.#used += growth;
    if (weight !== (entry.weight ?? 1)) entry.weight = weight;
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
      const [key, entry] = next.value;
      if (entry.expiresAt <= now) this.#expire(key, entry, now);
    }
  }

  #expire(key: string, entry: Entry, now: number): void {
    if (this.#outlives?.(entry, now)) this.shrink(entry, 0);
    else this.remove(key);
  }
}
