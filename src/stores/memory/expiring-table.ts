import { type Key, wordsPerKey } from './key.js';
import { KeyIndex } from './key-index.js';
import { none, Rows } from './rows.js';

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

export interface TableOptions {
  /** How many entries may be live at once. */
  maxEntries: number;
  /** How many words the fields of an entry take. Default 0. */
  fields?: number;
  /** Called with the row of an entry that has ended. Default: its fields stay as they are. */
  clear?: (row: number) => void;
}

/**
 * A bounded table of keys that expire, with fields for each. It never evicts a live entry: when it is full, there is no
 * row. Cleaning up is done a few rows at a time by the calls themselves, so no timer keeps a process alive.
 */
export class ExpiringTable {
  /** The fields of an entry are the words of its row from `firstField` on. */
  readonly rows: Rows;
  readonly #index: KeyIndex;
  readonly #free: number[] = [];
  readonly #maxEntries: number;
  readonly #clear: ((row: number) => void) | undefined;
  /** Where cleaning goes on. */
  #hand = 0;

  constructor({ maxEntries, fields = 0, clear }: TableOptions) {
    this.rows = new Rows(firstField + fields);
    this.#index = new KeyIndex(this.rows);
    this.#maxEntries = maxEntries;
    this.#clear = clear;
  }

  /** Entries that have ended and have not been cleaned up yet included. */
  get size(): number {
    return this.rows.count - this.#free.length;
  }

  /** The row of the live entry with this key, or `none`. */
  find(key: Key, now: number): number {
    const row = this.#index.find(key);
    if (row === none || this.expiresAt(row) > now) return row;
    this.remove(row);
    return none;
  }

  /** The same, or else the row of a new entry that ends then. `none` when the table is full of live entries. */
  findOrAdd(key: Key, expiresAt: number, now: number): number {
    const known = this.find(key, now);
    if (known !== none) return known;
    this.#sweep(now, stepsPerEntry);
    if (!this.hasRoom(now)) return none;
    const row = this.#free.pop() ?? this.rows.add();
    this.#index.add(key, row);
    this.keepUntil(row, expiresAt);
    return row;
  }

  remove(row: number): void {
    this.#index.remove(row);
    this.keepUntil(row, never);
    this.#clear?.(row);
    this.#free.push(row);
  }

  expiresAt(row: number): number {
    return this.rows.number(row, endField);
  }

  keepUntil(row: number, expiresAt: number): void {
    this.rows.setNumber(row, endField, expiresAt);
  }

  /** Whether a new key could be added. */
  hasRoom(now: number): boolean {
    if (this.size >= this.#maxEntries) this.#sweep(now, stepsWhenFull);
    return this.size < this.#maxEntries;
  }

  #sweep(now: number, steps: number): void {
    const last = this.rows.count - 1;
    for (let step = 0; step < steps && step <= last; step++) {
      this.#hand = this.#hand < last ? this.#hand + 1 : 0;
      if (this.expiresAt(this.#hand) <= now) this.remove(this.#hand);
    }
  }
}
