/** What ends by itself. */
export interface Expiring {
  /** Milliseconds, by the clock of the store. */
  expiresAt: number;
}

/** Bounds and default of how many entries each map of the store may hold. */
export const entriesRange = { min: 1, max: 10_000_000, default: 250_000 };

/** Entries looked at for each new one: with two, cleaning outruns filling. */
const stepsPerEntry = 2;
/** And when the map is full: enough to find room, little enough to stop nobody. */
const stepsWhenFull = 10_000;

/**
 * A bounded map of entries that expire. It never evicts a live entry: full of those, it takes no more. The calls
 * themselves clean up, a few entries at a time, so no timer keeps a process alive.
 */
export class ExpiringMap<Entry extends Expiring> {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  /** Where cleaning goes on: it walks round and round. */
  #cursor = this.#entries.entries();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The live entry of this key. */
  load(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > now ? entry : undefined;
  }

  /** Whether another key would find room. */
  hasRoom(now: number): boolean {
    if (this.#entries.size >= this.#maxEntries) this.#sweep(now, stepsWhenFull);
    return this.#entries.size < this.#maxEntries;
  }

  /** Puts an entry; false when there is no room for another key. */
  save(key: string, entry: Entry, now: number): boolean {
    const known = this.#entries.get(key);
    if (known === entry) return true;
    if (!known) {
      this.#sweep(now, stepsPerEntry);
      if (!this.hasRoom(now)) return false;
    }
    this.#entries.set(key, entry);
    return true;
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
