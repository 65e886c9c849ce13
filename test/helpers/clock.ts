import type { MonotonicClock } from '../../src/ports.js';

/** A clock that moves only when told to. */
export interface ManualClock {
  (): number;
  advance(ms: number): void;
}

/** @param start milliseconds since 1970; by default the start of a window of every usual length */
export function createManualClock(start = 1_795_290_000_000): ManualClock {
  let now = start;
  return Object.assign(() => now, {
    advance(ms: number) {
      now += ms;
    },
  });
}

/** The clocks of one machine. */
export function createManualTime() {
  const [wallClock, monotonicClock] = [createManualClock(), createManualMonotonicClock()];
  const clock = Object.assign(() => wallClock(), {
    /** Lets time pass. */
    advance(ms: number) {
      wallClock.advance(ms);
      monotonicClock.advance(ms);
    },
    /** Sets the system's clock by so much. */
    set: wallClock.advance,
  });
  return { clock, monotonicClock };
}

export interface ManualMonotonicClock extends MonotonicClock {
  /** Lets time pass, and calls back what is due, each at its moment. */
  advance(ms: number): void;
}

export function createManualMonotonicClock(): ManualMonotonicClock {
  let now = 0;
  const pending = new Map<object, { at: number; callback: () => void }>();
  const findNext = (until: number) =>
    [...pending].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { close: () => void pending.delete(timer), ref() {}, unref() {} };
      pending.set(timer, { at: now + ms, callback });
      return timer;
    },
    advance(ms) {
      const end = now + ms;
      for (let next = findNext(end); next; next = findNext(end)) {
        const [timer, { at, callback }] = next;
        pending.delete(timer);
        now = at;
        callback();
      }
      now = end;
    },
  };
}

/** Lets what is ready run: promises, and what they call. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
