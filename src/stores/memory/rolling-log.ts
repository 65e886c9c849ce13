/** Rolling-window log: the times of what counts against a limit, in milliseconds, oldest first. */
export type RollingLog = readonly number[];

/** Shared, since most logs stay empty. */
export const emptyLog: RollingLog = [];

export function keepRecent(log: RollingLog, periodSeconds: number, now: number): RollingLog {
  return log.filter((at) => at + periodSeconds * 1000 > now);
}

/** Milliseconds until one more fits; 0: now. */
export function waitForRoom(log: RollingLog, max: number, periodSeconds: number, now: number): number {
  const recent = keepRecent(log, periodSeconds, now);
  // The log may hold more than fit, after the limit was lowered.
  const makesRoom = recent[recent.length - max];
  return makesRoom === undefined ? 0 : makesRoom + periodSeconds * 1000 - now;
}

export function addToLog(log: RollingLog, periodSeconds: number, now: number): RollingLog {
  return [...keepRecent(log, periodSeconds, now), now];
}
