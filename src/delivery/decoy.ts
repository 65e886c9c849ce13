import type { Channel } from '../core/policy.js';
import type { MonotonicClock } from '../ports.js';
import { chooseShare, type Discretion } from './discretion.js';

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
