import type { MonotonicClock } from './ports.js';

/** The time of this process, which setting the system's clock does not move. */
export const processClock: MonotonicClock = {
  now: () => performance.now(),
  after: (ms, callback) => setTimeout(callback, ms),
};
