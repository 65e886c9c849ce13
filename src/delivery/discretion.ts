import type { Channel } from '../core/policy.js';
import { isDefinite } from '../core/refusal.js';
import type { MonotonicClock, Random, RoutedRefusal } from '../ports.js';

/**
 * If some people are sent nothing, callers must not find out whether a message was sent:
 * - It is sent after a random delay. Sending immediately would measurably slow this answer and the next.
 * - A refused send is not given back. Decoys are never refused, so they would run out of sends sooner.
 * - A decoy takes a slot of the queue for as long as a message that is sent.
 */
export interface Discretion {
  /** Maximum delay; the minimum is a tenth of it. 0: no delay. */
  spreadMs: number;
  random: Random;
}

/** Whether a refused send is given back: the message certainly did not arrive, and no caller can learn that by it. */
export function isGivenBack({ category }: RoutedRefusal, discretion: Discretion | undefined): boolean {
  return discretion === undefined && isDefinite(category);
}

export function chooseDelayMs({ spreadMs, random }: Discretion): number {
  return spreadMs === 0 ? 0 : spreadMs * (0.1 + 0.9 * chooseShare(random));
}

/** At least 0 and less than 1. */
function chooseShare(random: Random): number {
  return Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
}

const timesKept = 100;
const defaultMs = 300;

/** Sends nothing and takes as long as a real send. */
export function createDecoy(clock: MonotonicClock, { random }: Discretion) {
  const times = new Map<Channel, number[]>();
  return {
    /** Records the duration of a real send. */
    note(channel: Channel, tookMs: number): void {
      times.set(channel, [...(times.get(channel) ?? []), tookMs].slice(-timesKept));
    },
    /** Takes as long as a random one of the last 100 real sends over the channel, or 300 ms if there were none. */
    send(channel: Channel): Promise<void> {
      const known = times.get(channel) ?? [defaultMs];
      const tookMs = known[Math.floor(chooseShare(random) * known.length)] as number;
      return new Promise((resolve) => void clock.after(tookMs, resolve));
    },
  };
}
