import { type Key, wordsPerKey } from './key.js';
import { none, type Rows } from './rows.js';

const shards = 256;
const firstSlots = 8;
/** A slot: a word of the key, and one more than the row, or 0 when it is free. */
const wordsPerSlot = 2;
const unused = new Uint32Array(wordsPerSlot);

/**
 * Which row each key has; the key stands in the first words of its row.
 *
 * Hash tables with open addressing (linear probing, Knuth TAOCP 6.4 L and R). There are many small ones, each of which
 * doubles by itself: no call has to wait for more than a 256th of all keys to be moved. Keys are as good as random, so
 * one word of a key chooses the shard and another the slot.
 */
export class KeyIndex {
  readonly #rows: Rows;
  readonly #tables: Uint32Array[] = new Array(shards).fill(unused);
  readonly #sizes = new Uint32Array(shards);

  /** @param rows what has the keys */
  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** The row of this key, or `none`. */
  find(key: Key): number {
    const table = this.#tables[findShard(key[1] as number)] as Uint32Array;
    const mask = toMask(table);
    const word = key[0] as number;
    for (let slot = word & mask; ; slot = (slot + 1) & mask) {
      const linked = table[slot * wordsPerSlot + 1] as number;
      if (linked === 0) return none;
      if (table[slot * wordsPerSlot] === word && this.#hasKey(linked - 1, key)) return linked - 1;
    }
  }

  /** Gives a row to a key that has none. */
  add(key: Key, row: number): void {
    for (let i = 0; i < wordsPerKey; i++) this.#rows.setWord(row, i, key[i] as number);
    const shard = findShard(key[1] as number);
    const size = (this.#sizes[shard] as number) + 1;
    this.#sizes[shard] = size;
    let table = this.#tables[shard] as Uint32Array;
    // A quarter stays free, so that ways are short.
    if (size * wordsPerSlot * 4 > table.length * 3) table = this.#grow(shard);
    put(table, key[0] as number, row + 1);
  }

  remove(row: number): void {
    const shard = findShard(this.#rows.word(row, 1));
    const table = this.#tables[shard] as Uint32Array;
    const mask = toMask(table);
    let hole = this.#rows.word(row, 0) & mask;
    while (table[hole * wordsPerSlot + 1] !== row + 1) hole = (hole + 1) & mask;
    // What comes behind moves up, as far as that brings it nearer to its place: a hole would end the way to it.
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const linked = table[slot * wordsPerSlot + 1] as number;
      if (linked === 0) break;
      const word = table[slot * wordsPerSlot] as number;
      if (((slot - word) & mask) < ((slot - hole) & mask)) continue;
      table[hole * wordsPerSlot] = word;
      table[hole * wordsPerSlot + 1] = linked;
      hole = slot;
    }
    table[hole * wordsPerSlot + 1] = 0;
    this.#sizes[shard] = (this.#sizes[shard] as number) - 1;
  }

  #hasKey(row: number, key: Key): boolean {
    for (let i = 0; i < wordsPerKey; i++) if (this.#rows.word(row, i) !== key[i]) return false;
    return true;
  }

  #grow(shard: number): Uint32Array {
    const table = this.#tables[shard] as Uint32Array;
    const grown = new Uint32Array(Math.max(2 * table.length, firstSlots * wordsPerSlot));
    for (let at = 0; at < table.length; at += wordsPerSlot) {
      const linked = table[at + 1] as number;
      if (linked !== 0) put(grown, table[at] as number, linked);
    }
    this.#tables[shard] = grown;
    return grown;
  }
}

function findShard(word: number): number {
  return word % shards;
}

function toMask(table: Uint32Array): number {
  return table.length / wordsPerSlot - 1;
}

function put(table: Uint32Array, word: number, linked: number): void {
  const mask = toMask(table);
  let slot = word & mask;
  while (table[slot * wordsPerSlot + 1] !== 0) slot = (slot + 1) & mask;
  table[slot * wordsPerSlot] = word;
  table[slot * wordsPerSlot + 1] = linked;
}
