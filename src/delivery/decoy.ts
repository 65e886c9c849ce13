import type { Channel } from '../core/policy.js';
import type { MonotonicClock } from '../ports.js';
import { chooseShare, type Discretion } from './discretion.js';

/** Sends nothing and takes as long as a real send. */
export interface Decoy {
  /** Records the duration of a real send. */
  note(channel: Channel, tookMs: number): void;
  /** Takes as long as a random one of the last 100 real sends over the channel, or 300 ms if there were none. */
  send(channel: Channel): Promise<void>;
}

const timesKept = 100;
const defaultMs = 300;

export function createDecoy(clock: MonotonicClock, { random }: Discretion): Decoy {
  const times = new Map<Channel, number[]>();
  return {
    note(channel, tookMs) {
      times.set(channel, [...(times.get(channel) ?? []), tookMs].slice(-timesKept));
    },
    send(channel) {
      const known = times.get(channel) ?? [defaultMs];
      const tookMs = known[Math.floor(chooseShare(random) * known.length)] as number;
      return new Promise((resolve) => void clock.after(tookMs, resolve));
    },
  };
}
