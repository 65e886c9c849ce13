import type { MonotonicClock, Timer } from '../ports.js';

const intervalMs = 60_000;

/** Reports the first loss immediately, and later ones as a sum once a minute, with the last cause. */
export function createLosses(clock: MonotonicClock, report: (lost: number, cause: string) => void) {
  let lost = 0;
  let lastCause = '';
  let timer: Timer | undefined;

  function tell(): void {
    timer = undefined;
    if (lost === 0) return;
    report(lost, lastCause);
    lost = 0;
    timer = clock.after(intervalMs, tell);
    timer.unref();
  }

  return {
    add(count: number, cause: string): void {
      if (count === 0) return;
      lost += count;
      lastCause = cause;
      if (timer === undefined) tell();
    },
    /** Reports the rest. */
    close(): void {
      timer?.close();
      tell();
      timer?.close();
    },
  };
}
