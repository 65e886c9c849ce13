import { createRows, type Rows } from './rows.js';

/** For each row of others, the times at which something happened, oldest first. All are empty at first. */
export interface TimeLogs {
  /** @param id names the time, for `remove` */
  push(row: number, at: number, id?: number): void;
  /** The latest time, whether it is still in any period or not. */
  latest(row: number): number | undefined;
  /** Forgets what has left the rolling period, then says how many ms until one more fits; 0 is now. */
  findRetryAfterMs(row: number, max: number, periodSeconds: number, now: number): number;
  /** Forgets one time; false when there is none of this name. */
  remove(row: number, id: number): boolean;
  clear(row: number): void;
}

/** What a log takes of the row that it belongs to: its first place, its last place, and how many there are. */
export const wordsPerLog = 3;

const timeField = 0;
const idField = 2;
const nextField = 4;
const wordsPerPlace = 5;

/**
 * The times stand in places of their own, as chains; links are one more than the place, and 0 is none.
 *
 * @param owners the rows that the logs belong to
 * @param firstField where a row has `wordsPerLog` words for its log, zeros at first
 */
export function createTimeLogs(owners: Rows, firstField: number): TimeLogs {
  const lastField = firstField + 1;
  const sizeField = firstField + 2;
  const places = createRows(wordsPerPlace);
  let free = 0;

  const first = (row: number) => owners.word(row, firstField);
  const size = (row: number) => owners.word(row, sizeField);
  const timeAt = (linked: number) => places.number(linked - 1, timeField);
  const nextOf = (linked: number) => places.word(linked - 1, nextField);
  const setNext = (linked: number, next: number) => places.setWord(linked - 1, nextField, next);

  function takePlace(): number {
    if (free === 0) return places.add() + 1;
    const place = free;
    free = nextOf(place);
    return place;
  }

  /** Takes the place after `before` out of the chain; the first one when `before` is 0. */
  function drop(row: number, before: number): void {
    const place = before === 0 ? first(row) : nextOf(before);
    if (before === 0) owners.setWord(row, firstField, nextOf(place));
    else setNext(before, nextOf(place));
    if (owners.word(row, lastField) === place) owners.setWord(row, lastField, before);
    owners.setWord(row, sizeField, size(row) - 1);
    setNext(place, free);
    free = place;
  }

  return {
    push(row, at, id = 0) {
      const place = takePlace();
      places.setNumber(place - 1, timeField, at);
      places.setNumber(place - 1, idField, id);
      setNext(place, 0);
      if (size(row) === 0) owners.setWord(row, firstField, place);
      else setNext(owners.word(row, lastField), place);
      owners.setWord(row, lastField, place);
      owners.setWord(row, sizeField, size(row) + 1);
    },
    latest: (row) => (size(row) === 0 ? undefined : timeAt(owners.word(row, lastField))),
    findRetryAfterMs(row, max, periodSeconds, now) {
      const periodMs = periodSeconds * 1000;
      while (size(row) > 0 && timeAt(first(row)) + periodMs <= now) drop(row, 0);
      if (size(row) < max) return 0;
      // With more in the log than fit (a lowered limit), the wait is for the one that makes room.
      let blocking = first(row);
      for (let i = max; i < size(row); i++) blocking = nextOf(blocking);
      return timeAt(blocking) + periodMs - now;
    },
    remove(row, id) {
      let before = 0;
      for (let place = first(row); place !== 0; place = nextOf(place)) {
        if (places.number(place - 1, idField) === id) {
          drop(row, before);
          return true;
        }
        before = place;
      }
      return false;
    },
    clear(row) {
      while (size(row) > 0) drop(row, 0);
    },
  };
}
