import type { Random } from '../ports.js';

/**
 * If some people are sent nothing, callers must not find out whether a message was sent:
 * - It is sent after a random delay. Sending at once would measurably slow this answer and the next.
 * - A refused send is not given back. Decoys are never refused, so they would run out of sends sooner.
 */
export interface Discretion {
  /** Maximum delay; the minimum is a tenth of it. 0: no delay. */
  spreadMs: number;
  random: Random;
}

export function chooseDelayMs({ spreadMs, random }: Discretion): number {
  if (spreadMs === 0) return 0;
  const share = Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
  return spreadMs * (0.1 + 0.9 * share);
}
