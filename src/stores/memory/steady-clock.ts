const { timeOrigin } = performance;

/** Milliseconds since 1970 as of the start of the process. Does not jump when the system's time is set. */
export function steadyClock(): number {
  return Math.floor(timeOrigin + performance.now());
}
