import type { Random } from '../ports.js';

/**
 * Where some people are sent nothing, a caller must not be able to tell whether a message went out:
 * - It goes out at a random moment after the answer. Sent at once, the work would slow the answer, and the next one.
 * - A refusal gives no send back. An identity that is sent nothing is never refused, and would be out of sends sooner.
 */
export interface Discretion {
  /** The latest moment at which a message goes out; the earliest is a tenth of it. 0 is at once. */
  spreadMs: number;
  random: Random;
}

export function chooseDelayMs({ spreadMs, random }: Discretion): number {
  if (spreadMs === 0) return 0;
  const share = Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
  return spreadMs * (0.1 + 0.9 * share);
}
