import { createNumberColumn } from './column.js';
import { readKey } from './key.js';
import { createKeyIndex } from './key-index.js';

/**
 * A bounded table of names that expire; the fields of an entry stand in columns, under the number of its row. It never
 * evicts a live entry: when it is full, there is no row. Cleaning up is done a few rows at a time by the calls
 * themselves, so no timer keeps a process alive.
 */
export interface ExpiringTable {
  /** The row of the live entry with this name; -1 when there is none. */
  find(name: string, now: number): number;
  /** A row for a name that has none; -1 when the table is full of live entries. */
  add(name: string, expiresAt: number, now: number): number;
  remove(row: number): void;
  expiresAt(row: number): number;
  keepUntil(row: number, expiresAt: number): void;
  /** Whether a new name could be added. */
  hasRoom(now: number): boolean;
}

/** Bounds and default of how many entries a table may hold. */
export const entriesRange = { min: 1, max: 10_000_000, default: 500_000 };

/** Rows looked at by each new entry (two, so that cleaning outruns filling), and when the table is full. */
const stepsPerAdd = 2;
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

  function hasRoom(now: number): boolean {
    if (rows - free.length >= maxEntries) sweep(now, stepsWhenFull);
    return rows - free.length < maxEntries;
  }

  return {
    find(name, now) {
      const row = index.find(readKey(name));
      if (row < 0 || ends.get(row) > now) return row;
      remove(row);
      return -1;
    },
    add(name, expiresAt, now) {
      sweep(now, stepsPerAdd);
      if (!hasRoom(now)) return -1;
      const row = free.pop() ?? rows++;
      index.add(readKey(name), row);
      ends.set(row, expiresAt);
      return row;
    },
    remove,
    expiresAt: (row) => ends.get(row),
    keepUntil: (row, expiresAt) => ends.set(row, expiresAt),
    hasRoom,
  };
}
