import { type Key, wordsPerKey } from './key.js';
import { createKeyIndex } from './key-index.js';
import { createRows, none, type Rows } from './rows.js';

/**
 * A bounded table of keys that expire, with fields for each. It never evicts a live entry: when it is full, there is no
 * row. Cleaning up is done a few rows at a time by the calls themselves, so no timer keeps a process alive.
 */
export interface ExpiringTable {
  /** The fields of an entry are the words of its row from `firstField` on. They are as they were left by the last entry. */
  rows: Rows;
  /** The row of the live entry with this key, or `none`. */
  find(key: Key, now: number): number;
  /** Whether there is no entry, not even one that has ended and was not cleaned up. */
  isEmpty(): boolean;
  /** The same, or else the row of a new entry that ends then. `none` when the table is full of live entries. */
  findOrAdd(key: Key, expiresAt: number, now: number): number;
  remove(row: number): void;
  expiresAt(row: number): number;
  keepUntil(row: number, expiresAt: number): void;
  /** Whether a new key could be added. */
  hasRoom(now: number): boolean;
}

/** Bounds and default of how many entries a table may hold. */
export const entriesRange = { min: 1, max: 10_000_000, default: 500_000 };

/** Rows looked at by each new entry (two, so that cleaning outruns filling), and when the table is full. */
const stepsPerEntry = 2;
const stepsWhenFull = 10_000;

const endField = wordsPerKey;
/** Even, so that a number of two words can stand here. */
export const firstField = endField + 2;

/** When a row without an entry expires: cleaning passes over it. */
const never = Number.POSITIVE_INFINITY;

/**
 * @param maxEntries how many entries may be live at once
 * @param fields how many words the fields of an entry take
 * @param clear called with the row of an entry that has ended
 */
export function createExpiringTable(
  maxEntries: number,
  fields = 0,
  clear: (row: number) => void = () => {},
): ExpiringTable {
  const rows = createRows(firstField + fields);
  const index = createKeyIndex(rows);
  const free: number[] = [];
  /** Where cleaning goes on. */
  let hand = 0;

  function remove(row: number): void {
    index.remove(row);
    rows.setNumber(row, endField, never);
    clear(row);
    free.push(row);
  }

  function sweep(now: number, steps: number): void {
    const last = rows.count() - 1;
    for (let step = 0; step < steps && step <= last; step++) {
      hand = hand < last ? hand + 1 : 0;
      if (rows.number(hand, endField) <= now) remove(hand);
    }
  }

  /** Entries that have ended and have not been cleaned up yet included. */
  const countHeld = () => rows.count() - free.length;

  function hasRoom(now: number): boolean {
    if (countHeld() >= maxEntries) sweep(now, stepsWhenFull);
    return countHeld() < maxEntries;
  }

  function find(key: Key, now: number): number {
    const row = index.find(key);
    if (row === none || rows.number(row, endField) > now) return row;
    remove(row);
    return none;
  }

  return {
    rows,
    find,
    isEmpty: () => countHeld() === 0,
    findOrAdd(key, expiresAt, now) {
      const known = find(key, now);
      if (known !== none) return known;
      sweep(now, stepsPerEntry);
      if (!hasRoom(now)) return none;
      const row = free.pop() ?? rows.add();
      index.add(key, row);
      rows.setNumber(row, endField, expiresAt);
      return row;
    },
    remove,
    expiresAt: (row) => rows.number(row, endField),
    keepUntil: (row, expiresAt) => rows.setNumber(row, endField, expiresAt),
    hasRoom,
  };
}
