/** Parts of the period that each have counters of their own. */
const parts = 2;
/** A counter at this value is saturated and counts as above any limit. */
const full = 255;

interface Generation {
  endsAt: number;
  counters: Uint8Array;
}

/**
 * Counts keys that a table has no room for, in a fixed number of hashed counters. Keys with the same hash share a counter,
 * so a count is never too low. It can be too high: when others share the counter, and for up to half a period after it
 * should have expired, since each half period has its own counters, which are dropped together.
 */
export class SharedCounts {
  readonly #size: number;
  readonly #periodMs: number;
  /** Newest first. */
  #generations: Generation[] = [];

  constructor(size: number, periodSeconds: number) {
    this.#size = size;
    this.#periodMs = periodSeconds * 1000;
  }

  count(key: string, now: number): number {
    const index = this.#hash(key);
    return this.#load(now).reduce((sum, { counters }) => sum + countAt(counters, index), 0);
  }

  /** Milliseconds until the count is below `max`; 0 if it is. */
  timeLeft(key: string, max: number, now: number): number {
    const index = this.#hash(key);
    let count = 0;
    for (const { endsAt, counters } of this.#load(now)) {
      count += countAt(counters, index);
      if (count >= max) return endsAt + this.#periodMs - now;
    }
    return 0;
  }

  /** Adds one. Returns the name of the counters that hold it: the time when they end. */
  add(key: string, now: number): number {
    let [newest] = this.#load(now);
    if (!newest || newest.endsAt <= now) {
      newest = { endsAt: now + this.#periodMs / parts, counters: new Uint8Array(this.#size) };
      this.#generations.unshift(newest);
    }
    const index = this.#hash(key);
    newest.counters[index] = Math.min(full, (newest.counters[index] ?? 0) + 1);
    return newest.endsAt;
  }

  /** Takes back what `add` has counted under this name; false if that has been dropped. */
  takeBack(key: string, name: number, times: number, now: number): boolean {
    const counters = this.#load(now).find(({ endsAt }) => endsAt === name)?.counters;
    if (!counters) return false;
    const index = this.#hash(key);
    const count = counters[index] ?? 0;
    if (count < full) counters[index] = Math.max(0, count - times);
    return true;
  }

  /** Drops what has left the period. */
  #load(now: number): readonly Generation[] {
    const isOver = ({ endsAt }: Generation) => endsAt + this.#periodMs <= now;
    if (this.#generations.some(isOver)) this.#generations = this.#generations.filter((one) => !isOver(one));
    return this.#generations;
  }

  /** FNV-1a (Fowler, Noll, Vo). It need not resist attacks: keys are tags that only the owner of the secret can compute. */
  #hash(key: string): number {
    let sum = 0x811c9dc5;
    for (let i = 0; i < key.length; i++) sum = Math.imul(sum ^ key.charCodeAt(i), 0x01000193);
    return (sum >>> 0) % this.#size;
  }
}

function countAt(counters: Uint8Array, index: number): number {
  const count = counters[index] ?? 0;
  return count === full ? Number.POSITIVE_INFINITY : count;
}
