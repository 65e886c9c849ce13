import { type Key, wordsPerKey } from './key.js';
import { none, type Rows } from './rows.js';

/** Which row each key has; the key stands in the first words of its row. */
export interface KeyIndex {
  /** The row of this key, or `none`. */
  find(key: Key): number;
  /** Gives a row to a key that has none. */
  add(key: Key, row: number): void;
  remove(row: number): void;
}

const shards = 256;
const firstSlots = 8;
/** A slot: a word of the key, and one more than the row, or 0 when it is free. */
const wordsPerSlot = 2;

/**
 * Hash tables with open addressing (linear probing, Knuth TAOCP 6.4 L and R). There are many small ones, each of which
 * doubles by itself: no call has to wait for more than a 256th of all keys to be moved.
 *
 * @param rows what has the keys
 */
export function createKeyIndex(rows: Rows): KeyIndex {
  const unused = new Uint32Array(wordsPerSlot);
  const tables: Uint32Array[] = new Array(shards).fill(unused);
  const sizes = new Uint32Array(shards);

  // Keys are as good as random: one word chooses the shard, another the slot.
  const findShard = (word: number) => word % shards;
  const toMask = (table: Uint32Array) => table.length / wordsPerSlot - 1;

  function hasKey(row: number, key: Key): boolean {
    for (let i = 0; i < wordsPerKey; i++) if (rows.word(row, i) !== key[i]) return false;
    return true;
  }

  function put(table: Uint32Array, word: number, linked: number): void {
    const mask = toMask(table);
    let slot = word & mask;
    while (table[slot * wordsPerSlot + 1] !== 0) slot = (slot + 1) & mask;
    table[slot * wordsPerSlot] = word;
    table[slot * wordsPerSlot + 1] = linked;
  }

  function grow(shard: number): Uint32Array {
    const table = tables[shard] as Uint32Array;
    const grown = new Uint32Array(Math.max(2 * table.length, firstSlots * wordsPerSlot));
    for (let at = 0; at < table.length; at += wordsPerSlot) {
      const linked = table[at + 1] as number;
      if (linked !== 0) put(grown, table[at] as number, linked);
    }
    tables[shard] = grown;
    return grown;
  }

  return {
    find(key) {
      const table = tables[findShard(key[1] as number)] as Uint32Array;
      const mask = toMask(table);
      const word = key[0] as number;
      for (let slot = word & mask; ; slot = (slot + 1) & mask) {
        const linked = table[slot * wordsPerSlot + 1] as number;
        if (linked === 0) return none;
        if (table[slot * wordsPerSlot] === word && hasKey(linked - 1, key)) return linked - 1;
      }
    },
    add(key, row) {
      for (let i = 0; i < wordsPerKey; i++) rows.setWord(row, i, key[i] as number);
      const shard = findShard(key[1] as number);
      const size = (sizes[shard] as number) + 1;
      sizes[shard] = size;
      let table = tables[shard] as Uint32Array;
      // A quarter stays free, so that ways are short.
      if (size * wordsPerSlot * 4 > table.length * 3) table = grow(shard);
      put(table, key[0] as number, row + 1);
    },
    remove(row) {
      const shard = findShard(rows.word(row, 1));
      const table = tables[shard] as Uint32Array;
      const mask = toMask(table);
      let hole = rows.word(row, 0) & mask;
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
      sizes[shard] = (sizes[shard] as number) - 1;
    },
  };
}
