import { createRandomPool } from './fast/random-pool.js';
import type { Random } from './ports.js';

const idBytes = 16;

export function createRandom(): Random {
  const pool = createRandomPool();
  return { bytes: pool.bytes, id: () => pool.base64url(idBytes) };
}
