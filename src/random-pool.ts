import { randomFillSync } from 'node:crypto';

const poolBytes = 4096;

/** Random bytes by the operating system, drawn many at a time: a call for each few costs more than what they are for. */
export function createRandomPool(): (size: number) => Uint8Array {
  const pool = Buffer.alloc(poolBytes);
  let at = poolBytes;
  return (size) => {
    if (size > poolBytes) return randomFillSync(Buffer.alloc(size));
    if (at + size > poolBytes) {
      randomFillSync(pool);
      at = 0;
    }
    const bytes = Buffer.from(pool.subarray(at, at + size));
    // Whoever reads this memory must not find what was handed out.
    pool.fill(0, at, at + size);
    at += size;
    return bytes;
  };
}
