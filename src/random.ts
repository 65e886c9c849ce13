import { randomFillSync } from 'node:crypto';
import type { Random } from './ports.js';

const poolBytes = 4096;
const idBytes = 16;

/** Random by the operating system, drawn many bytes at a time: a call for each few costs more than what they are for. */
export function createRandom(): Random {
  const pool = Buffer.alloc(poolBytes);
  let at = poolBytes;

  /** The place of so many bytes in the pool. Whoever uses them empties it. */
  function draw(size: number): number {
    if (at + size > poolBytes) {
      randomFillSync(pool);
      at = 0;
    }
    at += size;
    return at - size;
  }

  /** Whoever reads this memory must not find what was handed out. */
  function empty(from: number, size: number): void {
    for (let i = from; i < from + size; i++) pool[i] = 0;
  }

  return {
    bytes(size) {
      if (size > poolBytes) return randomFillSync(Buffer.alloc(size));
      const from = draw(size);
      const bytes = Buffer.from(pool.subarray(from, from + size));
      empty(from, size);
      return bytes;
    },
    id() {
      const from = draw(idBytes);
      const text = pool.toString('base64url', from, from + idBytes);
      empty(from, idBytes);
      return text;
    },
  };
}
