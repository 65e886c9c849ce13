import { createCounterColumn } from './column.js';
import type { Key } from './key.js';

/** Which row each key has. */
export interface KeyIndex {
  /** The row of this key, or `none`. */
  find(key: Key): number;
  /** Gives a row to a key that has none. */
  add(key: Key, row: number): void;
  remove(row: number): void;
}

const wordsPerKey = 4;

/**
 * A hash table that grows by one bucket for each key (linear hashing, Litwin 1980), so that no call has to wait for
 * all keys to be moved. The rows of a bucket form a chain; links are one more than the row, and 0 ends a chain.
 */
export function createKeyIndex(): KeyIndex {
  const words = createCounterColumn();
  const heads = createCounterColumn();
  const nexts = createCounterColumn();
  let rows = 0;
  let buckets = 1;
  /** The power of two that `buckets` is growing to. */
  let ceiling = 1;

  /** Keys are as good as random, so one word of them is a hash. */
  function findBucket(word: number): number {
    const bucket = word & (ceiling - 1);
    return bucket < buckets ? bucket : bucket - ceiling / 2;
  }

  function hasKey(row: number, key: Key): boolean {
    for (let i = 0; i < wordsPerKey; i++) if (words.get(row * wordsPerKey + i) !== key[i]) return false;
    return true;
  }

  function link(row: number): void {
    const bucket = findBucket(words.get(row * wordsPerKey));
    nexts.set(row, heads.get(bucket));
    heads.set(bucket, row + 1);
  }

  /** Adds a bucket, and spreads the one that stood in for it over both. */
  function addBucket(): void {
    if (buckets === ceiling) ceiling *= 2;
    const split = buckets - ceiling / 2;
    buckets += 1;
    let linked = heads.get(split);
    heads.set(split, 0);
    while (linked > 0) {
      const row = linked - 1;
      linked = nexts.get(row);
      link(row);
    }
  }

  return {
    find(key) {
      let linked = heads.get(findBucket(key[0] as number));
      while (linked > 0 && !hasKey(linked - 1, key)) linked = nexts.get(linked - 1);
      return linked - 1;
    },
    add(key, row) {
      for (let i = 0; i < wordsPerKey; i++) words.set(row * wordsPerKey + i, key[i] as number);
      rows += 1;
      if (rows > buckets) addBucket();
      link(row);
    },
    remove(row) {
      const bucket = findBucket(words.get(row * wordsPerKey));
      let linked = heads.get(bucket);
      if (linked === row + 1) {
        heads.set(bucket, nexts.get(row));
      } else {
        while (nexts.get(linked - 1) !== row + 1) linked = nexts.get(linked - 1);
        nexts.set(linked - 1, nexts.get(row));
      }
      rows -= 1;
    },
  };
}
