/** Rolling-window log: the times of what counts against a limit, in milliseconds, oldest first. */
export type RollingLog = readonly number[];

/** Shared, since most logs stay empty. */
export const emptyLog: RollingLog = [];

/** Milliseconds until one more fits, which is when the oldest of the last `max` is a whole period ago; 0: no wait. */
export function waitForRoom(log: RollingLog, max: number, periodSeconds: number, now: number): number {
  const at = log.at(-max);
  return at === undefined ? 0 : Math.max(0, Math.floor(at + periodSeconds * 1000 - now));
}

/** Also drops what no longer counts. */
export function addToLog(log: RollingLog, periodSeconds: number, now: number, time = now): RollingLog {
  const oldest = now - periodSeconds * 1000;
  const first = log[0];
  // The usual case, without a closure.
  if (first === undefined) return [time];
  const counted = first > oldest ? log : log.filter((at) => at > oldest);
  // As long as it needs to be: a list that is spread and then grows gets room for 16 more.
  return counted.concat(time);
}

/** Removes one entry of this time, if there is one. */
export function removeFromLog(log: RollingLog, time: number): RollingLog {
  const index = log.lastIndexOf(time);
  return index === -1 ? log : log.toSpliced(index, 1);
}
