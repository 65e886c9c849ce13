interface Clock {
  /** Milliseconds. */
  now(): number;
  after(ms: number, callback: () => void): { unref(): void };
}

interface Call {
  /** Whether it has ended otherwise. */
  readonly isSettled: boolean;
  reject(error: Error): void;
}

interface Waiting {
  call: Call;
  endsAt: number;
  next: Waiting | undefined;
}

/**
 * The time limits of calls that are answered in order. All limits are equally long, so they end in order too and share one
 * timer: a timer for each call costs a tenth of a Redis command. Calls that have ended are forgotten with the next `add`.
 */
export class TimeoutQueue {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #isTimed = false;

  constructor(timeoutMs: number, clock: Clock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  add(call: Call): void {
    this.#dropSettled();
    const waiting = { call, endsAt: this.#clock.now() + this.#timeoutMs, next: undefined };
    if (this.#first && this.#last) this.#last.next = waiting;
    else this.#first = waiting;
    this.#last = waiting;
    if (!this.#isTimed) this.#wakeIn(this.#timeoutMs);
  }

  #wakeIn(ms: number): void {
    this.#isTimed = true;
    // Only the connection keeps the process running.
    this.#clock.after(ms, () => this.#look()).unref();
  }

  #look(): void {
    this.#isTimed = false;
    const now = this.#clock.now();
    for (;;) {
      this.#dropSettled();
      if (!this.#first) return;
      if (this.#first.endsAt > now) break;
      this.#first.call.reject(new Error('Command timed out'));
      this.#first = this.#first.next;
    }
    this.#wakeIn(Math.max(1, Math.ceil(this.#first.endsAt - now)));
  }

  #dropSettled(): void {
    while (this.#first?.call.isSettled) this.#first = this.#first.next;
  }
}
