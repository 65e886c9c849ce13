import type { MonotonicClock, Timer } from '../ports.js';
import { createUnderWay } from '../under-way.js';
import type { OutgoingEvent } from './post-event.js';
import { createTryReporter, type FailedTry, type TryReports, type TryResult } from './try-result.js';

export interface EventQueueOptions extends TryReports {
  /** Never rejects. */
  post(event: OutgoingEvent): Promise<TryResult>;
  clock: MonotonicClock;
}

export interface EventQueue {
  /** Whether further events have to be dropped. */
  isFull(): boolean;
  push(event: OutgoingEvent): void;
  /** Resolves when every event that is here now has been delivered or given up. */
  whenDelivered(): Promise<void>;
  /** Tries what waits until `deadline` by the clock. Resolves with the number of events that were not delivered. */
  close(deadline: number): Promise<number>;
}

/** Enough for an outage of 5 minutes at 30 events a second. */
export const maxEvents = 10_000;
export const maxBytes = 8 * 1024 * 1024;
const lanes = 4;
/** The gaps between them grow threefold from 1 second to 2 minutes: 8 minutes in all. */
const maxTries = 10;
const firstGapMs = 1000;
const gapFactor = 3;
const longestGapMs = 120_000;
/** The first pause between two tries while the receiver fails. It is then sent one event at a time. */
const firstPauseMs = 1000;
const longestPauseMs = 30_000;
/** A longer Retry-After counts as this. */
const longestWaitMs = 3_600_000;

interface Entry {
  event: OutgoingEvent;
  bytes: number;
  tries: number;
  gapMs: number;
  /** Ends the wait for this event. */
  resolve(): void;
}

/** A bounded queue in this process: a few events under way, each tried several times. */
export function createEventQueue(options: EventQueueOptions): EventQueue {
  const { post, clock, onFailed } = options;
  const tries = createTryReporter(options, end);
  const waiting: Entry[] = [];
  const delayed = new Map<Entry, Timer>();
  const present = new Set<Entry>();
  const underWay = createUnderWay();
  let bytes = 0;
  let running = 0;
  let isPumpDue = false;
  let isEnded = false;
  let pauseMs = firstPauseMs;
  let pausedUntil = 0;
  /** The part of the pause that the receiver asked for. */
  let askedUntil = 0;
  let pauseTimer: Timer | undefined;
  let closing: { deadline: number; resolve(): void } | undefined;

  function leave(entry: Entry): void {
    if (!present.delete(entry)) return;
    bytes -= entry.bytes;
    entry.resolve();
    if (present.size === 0) closing?.resolve();
  }

  /** @returns how many events are left */
  function end(): number {
    isEnded = true;
    pauseTimer?.close();
    for (const timer of delayed.values()) timer.close();
    delayed.clear();
    waiting.length = 0;
    const left = present.size;
    for (const entry of present) entry.resolve();
    present.clear();
    bytes = 0;
    closing?.resolve();
    return left;
  }

  function pump(): void {
    const most = tries.isFailing() ? 1 : lanes;
    while (!isEnded && running < most && waiting.length > 0 && clock.now() >= pausedUntil) {
      running += 1;
      void run(waiting.shift() as Entry).finally(() => {
        running -= 1;
        pump();
      });
    }
  }

  async function run(entry: Entry): Promise<void> {
    const startedAt = clock.now();
    const result = await post(entry.event);
    if (isEnded) return;
    const failed = tries.report(result);
    if (failed) return retry(entry, failed, startedAt);
    pauseMs = firstPauseMs;
    leave(entry);
  }

  function retry(entry: Entry, failed: FailedTry, startedAt: number): void {
    const waitMs = Math.min(failed.waitMs, longestWaitMs);
    pause(waitMs, startedAt);
    entry.tries += 1;
    const dueAt = clock.now() + Math.max(entry.gapMs, waitMs);
    entry.gapMs = Math.min(entry.gapMs * gapFactor, longestGapMs);
    if (entry.tries < maxTries && dueAt < (closing?.deadline ?? Number.POSITIVE_INFINITY)) {
      delay(entry, dueAt - clock.now());
      return;
    }
    onFailed(`given up after ${entry.tries} tries: ${failed.cause}`);
    leave(entry);
  }

  function delay(entry: Entry, ms: number): void {
    const timer = clock.after(ms, () => {
      delayed.delete(entry);
      waiting.push(entry);
      pump();
    });
    timer.unref();
    delayed.set(entry, timer);
  }

  /** Tries that were under way together are one failure of the receiver, and lengthen its pause once. */
  function pause(waitMs: number, startedAt: number): void {
    const isNew = startedAt >= pausedUntil;
    askedUntil = Math.max(askedUntil, clock.now() + waitMs);
    const until = clock.now() + Math.max(waitMs, isNew ? pauseMs : 0);
    if (isNew) pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    if (until <= pausedUntil) return;
    pausedUntil = until;
    pauseTimer?.close();
    pauseTimer = clock.after(until - clock.now(), pump);
    // A process that has nothing else to do must not wait for the receiver, unless the queue is being closed.
    pauseTimer.unref();
    if (closing && until >= closing.deadline) closing.resolve();
  }

  return {
    isFull: () => isEnded || present.size >= maxEvents || bytes >= maxBytes,
    push(event) {
      underWay.add(
        new Promise<void>((resolve) => {
          const size = Buffer.byteLength(event.body);
          const entry = { event, bytes: size, tries: 0, gapMs: firstGapMs, resolve };
          present.add(entry);
          bytes += size;
          waiting.push(entry);
        }),
      );
      if (isPumpDue) return;
      isPumpDue = true;
      // Later: opening a connection takes longer than the request that reports the event should wait.
      setImmediate(() => {
        isPumpDue = false;
        pump();
      });
    },
    whenDelivered: underWay.whenEnded,
    async close(deadline) {
      // The last chance: only a pause that the receiver asked for is kept.
      pausedUntil = askedUntil;
      pauseMs = firstPauseMs;
      if (present.size > 0 && pausedUntil < deadline) {
        await new Promise<void>((resolve) => {
          const timer = clock.after(deadline - clock.now(), resolve);
          closing = {
            deadline,
            resolve() {
              timer.close();
              resolve();
            },
          };
          for (const [entry, timer] of delayed) {
            timer.close();
            waiting.push(entry);
          }
          delayed.clear();
          pump();
        });
      }
      return end();
    },
  };
}
