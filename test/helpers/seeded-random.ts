import { createHmac } from 'node:crypto';
import type { Random } from '../../src/ports.js';

/** Repeatable bytes: the n-th call gives HMAC(seed, n). */
export function createSeededRandom(seed: string): Random {
  let calls = 0;
  const bytes = (size: number) =>
    createHmac('sha256', seed).update(String(calls++)).digest().subarray(0, size);
  return { bytes, id: () => bytes(16).toString('base64url') };
}
