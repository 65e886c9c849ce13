import { createNumberColumn, none } from './column.js';
import { type Key, readKey } from './key.js';
import { createKeyIndex } from './key-index.js';

/**
 * A bounded table of names that expire; the fields of an entry stand in columns, under the number of its row. It never
 * evicts a live entry: when it is full, there is no row. Cleaning up is done a few rows at a time by the calls
 * themselves, so no timer keeps a process alive.
 */
export interface ExpiringTable {
  /** The row of the live entry with this name, or `none`. */
  find(name: string, now: number): number;
  /** The same, or else the row of a new entry that ends then. `none` when the table is full of live entries. */
  findOrAdd(name: string, expiresAt: number, now: number): number;
  remove(row: number): void;
  expiresAt(row: number): number;
  keepUntil(row: number, expiresAt: number): void;
  /** Whether a new name could be added. */
  hasRoom(now: number): boolean;
}

/** Bounds and default of how many entries a table may hold. */
export const entriesRange = { min: 1, max: 10_000_000, default: 500_000 };

/** Rows looked at by each new entry (two, so that cleaning outruns filling), and when the table is full. */
const stepsPerEntry = 2;
const stepsWhenFull = 10_000;

/** When a row without an entry expires: cleaning passes over it. */
const never = Number.POSITIVE_INFINITY;

/**
 * @param maxEntries how many entries may be live at once
 * @param clear empties the fields of a row whose entry has ended
 */
export function createExpiringTable(
  maxEntries: number,
  clear: (row: number) => void = () => {},
): ExpiringTable {
  const index = createKeyIndex();
  const ends = createNumberColumn();
  const free: number[] = [];
  /** Rows that have ever had an entry. */
  let rows = 0;
  /** Where cleaning goes on. */
  let hand = 0;

  function remove(row: number): void {
    index.remove(row);
    ends.set(row, never);
    clear(row);
    free.push(row);
  }

  function sweep(now: number, steps: number): void {
    for (let step = 0; step < Math.min(steps, rows); step++) {
      hand = hand + 1 < rows ? hand + 1 : 0;
      if (ends.get(hand) <= now) remove(hand);
    }
  }

  /** Entries that have ended and have not been cleaned up yet included. */
  const countHeld = () => rows - free.length;

  function hasRoom(now: number): boolean {
    if (countHeld() >= maxEntries) sweep(now, stepsWhenFull);
    return countHeld() < maxEntries;
  }

  function findKey(key: Key, now: number): number {
    const row = index.find(key);
    if (row === none || ends.get(row) > now) return row;
    remove(row);
    return none;
  }

  return {
    find: (name, now) => (countHeld() === 0 ? none : findKey(readKey(name), now)),
    findOrAdd(name, expiresAt, now) {
      const key = readKey(name);
      const known = findKey(key, now);
      if (known !== none) return known;
      sweep(now, stepsPerEntry);
      if (!hasRoom(now)) return none;
      const row = free.pop() ?? rows++;
      index.add(key, row);
      ends.set(row, expiresAt);
      return row;
    },
    remove,
    expiresAt: (row) => ends.get(row),
    keepUntil: (row, expiresAt) => ends.set(row, expiresAt),
    hasRoom,
  };
}
