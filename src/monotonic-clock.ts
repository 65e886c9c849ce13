import type { MonotonicClock } from './ports.js';
import { isWorkerd } from './runtime.js';

/** Unaffected by changes of the system's clock. */
export const processClock: MonotonicClock = {
  now: () => performance.now(),
  after: (ms, callback) => setTimeout(callback, ms),
  endsWithRequest: isWorkerd,
};
