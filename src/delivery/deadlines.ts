import type { MonotonicClock, Timer } from '../ports.js';

export interface Expiring {
  /** By the clock of `Deadlines`. */
  endsAt: number;
  expire(): void;
}

export function createDeadlines(clock: MonotonicClock): Pick<Deadlines, 'add' | 'remove'> {
  return clock.endsWithRequest ? createSeparateDeadlines(clock) : new Deadlines(clock);
}

/** Time limits with a timer each, where none outlives its request. */
function createSeparateDeadlines(clock: MonotonicClock): Pick<Deadlines, 'add' | 'remove'> {
  const timers = new Map<Expiring, Timer>();
  function remove(one: Expiring): void {
    timers.get(one)?.close();
    timers.delete(one);
  }
  return {
    add(one) {
      const expire = () => {
        timers.delete(one);
        one.expire();
      };
      timers.set(one, clock.after(one.endsAt - clock.now(), expire));
    },
    remove,
  };
}

/**
 * Time limits that share one timer: a timer each would cost more than the rest of sending a message. Keeps the process
 * alive only while something is under way.
 */
export class Deadlines {
  readonly #running = new Set<Expiring>();
  readonly #clock: MonotonicClock;
  #timer: Timer | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(clock: MonotonicClock) {
    this.#clock = clock;
  }

  add(one: Expiring): void {
    if (this.#running.size === 0) this.#timer?.ref();
    this.#running.add(one);
    if (one.endsAt < this.#wakesAt) this.#wakeAt(one.endsAt);
  }

  remove(one: Expiring): void {
    this.#running.delete(one);
    if (this.#running.size === 0) this.#timer?.unref();
  }

  #wakeAt(time: number): void {
    this.#timer?.close();
    this.#wakesAt = time;
    const ms = Math.max(1, Math.ceil(time - this.#clock.now()));
    this.#timer = this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const one of this.#running) {
      if (one.endsAt > now) {
        next = Math.min(next, one.endsAt);
      } else {
        this.#running.delete(one);
        one.expire();
      }
    }
    // Unless an expire() above has added something that ends sooner.
    if (next < this.#wakesAt) this.#wakeAt(next);
  }
}
