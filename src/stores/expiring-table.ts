/**
 * A bounded map whose entries expire. It never evicts a live entry: when it is full, `set` says no.
 * Cleaning up is done a few entries at a time by the calls themselves, so no timer keeps a process alive.
 */
export interface ExpiringTable<Value extends { expiresAt: number }> {
  /** The live entry, if there is one. */
  get(key: string, now: number): Value | undefined;
  /** False when the table is full of live entries; nothing is stored then. */
  set(key: string, value: Value, now: number): boolean;
  delete(key: string): void;
  /** Whether a new key could be stored. */
  hasRoom(now: number): boolean;
  /** Entries held, expired ones that have not been cleaned up yet included. */
  readonly size: number;
}

/** Bounds and default of how many entries a table may hold. */
export const entriesRange = { min: 1, max: 10_000_000, default: 500_000 };

/** Entries looked at by each new entry (two, so that cleaning outruns filling), and when the table is full. */
const stepsPerSet = 2;
const stepsWhenFull = 10_000;

/** @param maxEntries how many entries may be live at once */
export function createExpiringTable<Value extends { expiresAt: number }>(
  maxEntries: number,
): ExpiringTable<Value> {
  const entries = new Map<string, Value>();
  // One iterator kept for good: a new one for each call would walk over the holes of deleted entries again.
  let hand = entries.entries();

  function sweep(now: number, steps: number): void {
    for (let step = 0; step < steps; step++) {
      let next = hand.next();
      if (next.done) {
        hand = entries.entries();
        next = hand.next();
        if (next.done) return;
      }
      const [key, value] = next.value;
      if (value.expiresAt <= now) entries.delete(key);
    }
  }

  function hasRoom(now: number): boolean {
    if (entries.size >= maxEntries) sweep(now, stepsWhenFull);
    return entries.size < maxEntries;
  }

  return {
    get(key, now) {
      const value = entries.get(key);
      if (value === undefined || value.expiresAt > now) return value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, now) {
      if (!entries.has(key)) {
        sweep(now, stepsPerSet);
        if (!hasRoom(now)) return false;
      }
      entries.set(key, value);
      return true;
    },
    delete(key) {
      entries.delete(key);
    },
    hasRoom,
    get size() {
      return entries.size;
    },
  };
}
