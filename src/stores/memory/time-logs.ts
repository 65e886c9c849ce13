import { Rows } from './rows.js';

/** What a log takes of the row that it belongs to: its first place, its last place, and how many there are. */
export const wordsPerLog = 3;

const timeField = 0;
const idField = 2;
const nextField = 4;
const wordsPerPlace = 5;

/**
 * For each row of others, the times at which something happened, oldest first. They stand in places of their own, as
 * chains; links are one more than the place, and 0 is none.
 */
export class TimeLogs {
  readonly #owners: Rows;
  readonly #firstField: number;
  readonly #places = new Rows(wordsPerPlace);
  #free = 0;

  /**
   * @param owners the rows that the logs belong to
   * @param firstField where a row has `wordsPerLog` words for its log, zeros at first
   */
  constructor(owners: Rows, firstField: number) {
    this.#owners = owners;
    this.#firstField = firstField;
  }

  /** @param id names the time, for `remove` */
  push(row: number, at: number, id = 0): void {
    const place = this.#takePlace();
    this.#places.setNumber(place - 1, timeField, at);
    this.#places.setNumber(place - 1, idField, id);
    this.#setNext(place, 0);
    const size = this.#size(row);
    if (size === 0) this.#setFirst(row, place);
    else this.#setNext(this.#last(row), place);
    this.#setLast(row, place);
    this.#setSize(row, size + 1);
  }

  /** The latest time, whether it is still in any period or not. */
  latest(row: number): number | undefined {
    return this.#size(row) === 0 ? undefined : this.#timeAt(this.#last(row));
  }

  /** Forgets what has left the rolling period, then says how many ms until one more fits; 0 is now. */
  findRetryAfterMs(row: number, max: number, periodSeconds: number, now: number): number {
    const periodMs = periodSeconds * 1000;
    while (this.#size(row) > 0 && this.#timeAt(this.#first(row)) + periodMs <= now) this.#drop(row, 0);
    const size = this.#size(row);
    if (size < max) return 0;
    // With more in the log than fit (a lowered limit), the wait is for the one that makes room.
    let blocking = this.#first(row);
    for (let i = max; i < size; i++) blocking = this.#next(blocking);
    return this.#timeAt(blocking) + periodMs - now;
  }

  /** Forgets one time; false when there is none of this name. */
  remove(row: number, id: number): boolean {
    let before = 0;
    for (let place = this.#first(row); place !== 0; place = this.#next(place)) {
      if (this.#places.number(place - 1, idField) === id) {
        this.#drop(row, before);
        return true;
      }
      before = place;
    }
    return false;
  }

  clear(row: number): void {
    while (this.#size(row) > 0) this.#drop(row, 0);
  }

  #takePlace(): number {
    if (this.#free === 0) return this.#places.add() + 1;
    const place = this.#free;
    this.#free = this.#next(place);
    return place;
  }

  /** Takes the place after `before` out of the chain; the first one when `before` is 0. */
  #drop(row: number, before: number): void {
    const place = before === 0 ? this.#first(row) : this.#next(before);
    if (before === 0) this.#setFirst(row, this.#next(place));
    else this.#setNext(before, this.#next(place));
    if (this.#last(row) === place) this.#setLast(row, before);
    this.#setSize(row, this.#size(row) - 1);
    this.#setNext(place, this.#free);
    this.#free = place;
  }

  #first(row: number): number {
    return this.#owners.word(row, this.#firstField);
  }

  #setFirst(row: number, place: number): void {
    this.#owners.setWord(row, this.#firstField, place);
  }

  #last(row: number): number {
    return this.#owners.word(row, this.#firstField + 1);
  }

  #setLast(row: number, place: number): void {
    this.#owners.setWord(row, this.#firstField + 1, place);
  }

  #size(row: number): number {
    return this.#owners.word(row, this.#firstField + 2);
  }

  #setSize(row: number, size: number): void {
    this.#owners.setWord(row, this.#firstField + 2, size);
  }

  #timeAt(place: number): number {
    return this.#places.number(place - 1, timeField);
  }

  #next(place: number): number {
    return this.#places.word(place - 1, nextField);
  }

  #setNext(place: number, next: number): void {
    this.#places.setWord(place - 1, nextField, next);
  }
}
