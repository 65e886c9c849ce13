/** A rolling-window log: the times of what counts against a limit, in milliseconds, oldest first. */
export type RollingLog = readonly number[];

/** One for all: most logs stay empty. */
export const emptyLog: RollingLog = [];

/** What of a log still counts. */
export function keepRecent(log: RollingLog, periodSeconds: number, now: number): RollingLog {
  return log.filter((at) => at + periodSeconds * 1000 > now);
}

/** Milliseconds until one more fits; 0 is now. */
export function waitForRoom(log: RollingLog, max: number, periodSeconds: number, now: number): number {
  const recent = keepRecent(log, periodSeconds, now);
  // With more in the log than fit (a lowered limit), the wait is for the one that makes room.
  const makesRoom = recent[recent.length - max];
  return makesRoom === undefined ? 0 : makesRoom + periodSeconds * 1000 - now;
}

/** The log with one more, and without what no longer counts. */
export function addToLog(log: RollingLog, periodSeconds: number, now: number): RollingLog {
  return [...keepRecent(log, periodSeconds, now), now];
}
