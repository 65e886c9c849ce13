import type { MonotonicClock } from '../ports.js';

export interface SingleFlight<Result> {
  /** Runs once for a key; whoever comes with the same key while it runs or soon after gets the same result. */
  run(key: string, work: () => Promise<Result>): Promise<Result>;
}

const keepMs = 10_000;
const maxKept = 10_000;

/**
 * What a second click on a button needs: browsers drop the answer to the first one and wait for that to the second,
 * by which time the code has been used. Lives in one process; another one counts the second click as an attempt.
 */
export function createSingleFlight<Result>(clock: MonotonicClock): SingleFlight<Result> {
  const kept = new Map<string, { result: Promise<Result>; endsAt: number }>();

  function forgetOld(): void {
    for (const [key, { endsAt }] of kept) {
      if (endsAt > clock.now() && kept.size <= maxKept) return;
      kept.delete(key);
    }
  }

  return {
    run(key, work) {
      const found = kept.get(key);
      if (found && found.endsAt > clock.now()) return found.result;
      forgetOld();
      const result = work();
      kept.set(key, { result, endsAt: clock.now() + keepMs });
      // What failed may be tried again.
      result.catch(() => kept.delete(key));
      return result;
    },
  };
}
