import type { MonotonicClock } from '../ports.js';

const keepMs = 10_000;
const maxKept = 10_000;

/**
 * Makes a double click harmless: browsers drop the answer to the first click and wait for the answer to the second, by which
 * time the code has been used. Per process: if the second click reaches another one, it counts as an attempt.
 */
export function createSingleFlight<Result>(clock: MonotonicClock) {
  const kept = new Map<string, { result: Promise<Result>; endsAt: number }>();

  function forgetOld(): void {
    for (const [key, { endsAt }] of kept) {
      if (endsAt > clock.now() && kept.size <= maxKept) return;
      kept.delete(key);
    }
  }

  /** The result for a key, while it is kept. */
  function find(key: string): Promise<Result> | undefined {
    const found = kept.get(key);
    return found && found.endsAt > clock.now() ? found.result : undefined;
  }

  function keep(key: string, result: Promise<Result>): Promise<Result> {
    forgetOld();
    kept.delete(key);
    kept.set(key, { result, endsAt: clock.now() + keepMs });
    // What failed may be tried again.
    result.catch(() => kept.delete(key));
    return result;
  }

  return {
    find,
    /** Runs once for a key; the same key gets the same result while it runs and for ten seconds after. */
    run: (key: string, work: () => Promise<Result>) => find(key) ?? keep(key, work()),
    /** Gives this key the result as well. */
    keep: (key: string, result: Result) => void keep(key, Promise.resolve(result)),
  };
}
