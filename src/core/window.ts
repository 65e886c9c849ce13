/** The window of time that a moment is in, counted from 1970. */
export function toWindow(unixSeconds: number, windowSeconds: number): number {
  return Math.floor(unixSeconds / windowSeconds);
}

/** Windows whose codes are accepted at once: the current one, and so many before and after it. */
export function countWindows(driftTolerance: number): number {
  return 2 * driftTolerance + 1;
}

/** These windows, from the first to the last. Before the first of all windows there is none. */
export function listWindows(current: number, driftTolerance: number): number[] {
  return Array.from({ length: countWindows(driftTolerance) }, (_, index) =>
    Math.max(0, current - driftTolerance + index),
  );
}
