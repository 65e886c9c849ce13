/** The window of time that a moment is in, counted from 1970. */
export function toWindow(unixSeconds: number, windowSeconds: number): number {
  return Math.floor(unixSeconds / windowSeconds);
}

/** The number of windows whose codes are accepted at any moment: the current one, and `driftTolerance` on each side. */
export function countWindows(driftTolerance: number): number {
  return 2 * driftTolerance + 1;
}

/** The numbers of these windows, in order. There are none below 0. */
export function listWindows(current: number, driftTolerance: number): number[] {
  return Array.from({ length: countWindows(driftTolerance) }, (_, index) =>
    Math.max(0, current - driftTolerance + index),
  );
}
