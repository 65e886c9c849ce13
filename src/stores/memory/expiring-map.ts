import { OtpError } from '../../errors.js';

export interface Expiring {
  /** Milliseconds, by the store's clock. */
  expiresAt: number;
}

/** Bounds and default of the capacity of each map. */
export const entriesRange = { min: 1, max: 10_000_000, default: 250_000 };

/** Entries swept per insertion: with two, cleaning outruns filling. */
const stepsPerEntry = 2;
/** Entries swept when the map is full: enough to find room without a noticeable pause. */
const stepsWhenFull = 10_000;

/**
 * A bounded map of entries that expire. It never evicts a live entry. Insertions sweep a few entries each, so no timer is
 * needed.
 */
export class ExpiringMap<Entry extends Expiring> {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  /** Position of the sweep, which goes round and round. */
  #cursor = this.#entries.entries();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  load(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > now ? entry : undefined;
  }

  /** Whether there is room for another key. */
  hasRoom(now: number): boolean {
    if (this.#entries.size >= this.#maxEntries) this.#sweep(now, stepsWhenFull);
    return this.#entries.size < this.#maxEntries;
  }

  /** @throws OtpError `store_unavailable` when there is no room for another key */
  save(key: string, entry: Entry, now: number): void {
    if (!this.#entries.has(key)) {
      this.#sweep(now, stepsPerEntry);
      if (!this.hasRoom(now)) {
        throw new OtpError('store_unavailable', 'The memory store is full of live entries');
      }
    }
    this.#entries.set(key, entry);
  }

  remove(key: string): void {
    this.#entries.delete(key);
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
      if (expiresAt <= now) this.#entries.delete(key);
    }
  }
}
