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
