import type { MonotonicClock, Store } from '../ports.js';
import type { RetractRequest } from '../store-verbs.js';
import type { UnderWay } from '../under-way.js';

/**
 * Waits between tries. More than one, since the store may be down, or may execute the attempt only after the first try: it
 * may still be in flight when its connection breaks.
 */
const waitsMs = [1_000, 5_000, 30_000];
/** Further ones stay counted. Takes a few megabytes. */
const maxWaiting = 10_000;

/**
 * Takes back a failed attempt in the background. Never rejects and never blocks. If it does not succeed, or the process
 * ends first, the attempt stays counted.
 */
export function createTakeAttemptBack(parts: {
  store: Store;
  monotonicClock: MonotonicClock;
  underWay: Pick<UnderWay, 'add'>;
}) {
  const { store, monotonicClock, underWay } = parts;
  let waiting = 0;

  async function tryOnce(attempt: RetractRequest): Promise<boolean> {
    try {
      return store.retract === undefined || (await store.retract(attempt));
    } catch {
      return false;
    }
  }

  async function takeBack(attempt: RetractRequest, tries: number): Promise<void> {
    const isDone = await tryOnce(attempt);
    const waitMs = waitsMs[tries];
    if (isDone || waitMs === undefined) waiting -= 1;
    else monotonicClock.after(waitMs, () => void takeBack(attempt, tries + 1)).unref();
  }

  return (attempt: RetractRequest): void => {
    if (waiting >= maxWaiting) return;
    waiting += 1;
    // Only the first try keeps the process alive.
    underWay.add(takeBack(attempt, 0));
  };
}
