import type { RollingLimit } from '../../ports.js';
import { createCounterColumn, createNumberColumn } from './column.js';

/** For each row of a table, the times at which something happened, oldest first. All are empty at first. */
export interface TimeLogs {
  /** @param id names the time, for `remove` */
  push(row: number, at: number, id?: number): void;
  /** The latest time, whether it is still in any period or not. */
  latest(row: number): number | undefined;
  /** Forgets what has left the rolling period, then says how many ms until one more fits; 0 is now. */
  findRetryAfterMs(row: number, limit: RollingLimit, now: number): number;
  /** Forgets one time; false when there is none of this name. */
  remove(row: number, id: number): boolean;
  clear(row: number): void;
}

/** The times of all rows stand in one place, as chains; links are one more than the place, and 0 is none. */
export function createTimeLogs(): TimeLogs {
  const [firsts, lasts, sizes] = [createCounterColumn(), createCounterColumn(), createCounterColumn()];
  const [times, ids, nexts] = [createNumberColumn(), createNumberColumn(), createCounterColumn()];
  let free = 0;
  let places = 0;

  function takePlace(): number {
    if (free === 0) return ++places;
    const place = free;
    free = nexts.get(place);
    return place;
  }

  /** Takes the place after `before` out of the chain; the first one when `before` is 0. */
  function drop(row: number, before: number): void {
    const place = before === 0 ? firsts.get(row) : nexts.get(before);
    if (before === 0) firsts.set(row, nexts.get(place));
    else nexts.set(before, nexts.get(place));
    if (lasts.get(row) === place) lasts.set(row, before);
    sizes.set(row, sizes.get(row) - 1);
    nexts.set(place, free);
    free = place;
  }

  return {
    push(row, at, id = 0) {
      const place = takePlace();
      times.set(place, at);
      ids.set(place, id);
      nexts.set(place, 0);
      const size = sizes.get(row);
      if (size === 0) firsts.set(row, place);
      else nexts.set(lasts.get(row), place);
      lasts.set(row, place);
      sizes.set(row, size + 1);
    },
    latest: (row) => (sizes.get(row) === 0 ? undefined : times.get(lasts.get(row))),
    findRetryAfterMs(row, { max, periodSeconds }, now) {
      const periodMs = periodSeconds * 1000;
      while (sizes.get(row) > 0 && times.get(firsts.get(row)) + periodMs <= now) drop(row, 0);
      const size = sizes.get(row);
      if (size < max) return 0;
      // With more in the log than fit (a lowered limit), the wait is for the one that makes room.
      let blocking = firsts.get(row);
      for (let i = max; i < size; i++) blocking = nexts.get(blocking);
      return times.get(blocking) + periodMs - now;
    },
    remove(row, id) {
      let before = 0;
      for (let place = firsts.get(row); place !== 0; place = nexts.get(place)) {
        if (ids.get(place) === id) {
          drop(row, before);
          return true;
        }
        before = place;
      }
      return false;
    },
    clear(row) {
      while (sizes.get(row) > 0) drop(row, 0);
    },
  };
}
