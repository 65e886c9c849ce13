import type { RandomPool } from '../fast/random-pool.js';
import { toLogFields } from '../outcomes/log.js';
import type { Outcome } from '../outcomes/outcome.js';
import type { Outcomes, Sink } from '../outcomes/outcomes.js';
import { outcomeRows } from '../outcomes/table.js';
import type { MonotonicClock, Timer } from '../ports.js';
import { createEventPoster, type OutgoingEvent, type PosterOptions } from './post-event.js';
import { createEventQueue } from './queue.js';
import { createSeparateEvents } from './separate.js';

/** What became of events: `failed` ones were tried, `dropped` ones found no room or no time. */
export type EventFate = 'delivered' | 'failed' | 'dropped';

export interface EventsOptions extends PosterOptions {
  random: RandomPool;
  /** Where losses of events are reported. It must not lead back here. */
  outcomes: Outcomes;
  /** For metrics. */
  note?: ((fate: EventFate, count: number) => void) | undefined;
}

/** Posts the published outcomes to a subscriber. */
export function createEvents(options: EventsOptions) {
  const { random, outcomes, clock, monotonicClock, note = () => {} } = options;
  const poster = createEventPoster(options);
  const losses = createLosses(monotonicClock, (lost, cause) =>
    outcomes.report({ event: 'events.lost', lost, cause }),
  );
  let isWanted = true;

  function lose(fate: EventFate, count: number, cause: string): void {
    note(fate, count);
    losses.add(count, cause);
  }

  // An event that waits for another request might never be posted.
  const createQueue = monotonicClock.endsWithRequest ? createSeparateEvents : createEventQueue;
  const queue = createQueue({
    post: poster.post,
    clock: monotonicClock,
    onDelivered: () => note('delivered', 1),
    onFailed: (cause) => lose('failed', 1, cause),
    onFailing: (cause) => outcomes.report({ event: 'events.failing', cause }),
    onGone(dropped) {
      isWanted = false;
      outcomes.report({ event: 'events.stopped', cause: 'HTTP 410' });
      // `dropped` includes the event that got this answer.
      lose('dropped', dropped, 'the receiver wants no more events');
    },
  });

  function write(outcome: Outcome): OutgoingEvent {
    const timestamp = new Date(clock()).toISOString();
    const body = JSON.stringify({ type: outcome.event, timestamp, data: toLogFields(outcome) });
    return { id: random.id(), body };
  }

  const sink: Sink = {
    isOn: () => isWanted,
    take(outcome) {
      if (!outcomeRows[outcome.event].isPublished) return;
      if (!isWanted) note('dropped', 1);
      else if (queue.isFull()) lose('dropped', 1, 'the queue is full');
      else queue.push(write(outcome));
    },
  };

  return {
    sink,
    whenDelivered: queue.whenDelivered,
    /** Delivers what waits until `deadline` by the monotonic clock, and reports what is lost. */
    async close(deadline: number): Promise<void> {
      const lost = await queue.close(deadline);
      poster.close();
      lose('dropped', lost, 'the process ended before they were delivered');
      losses.close();
    },
  };
}

const intervalMs = 60_000;

/** Reports the first loss immediately, and later ones as a sum once a minute, with the last cause. */
function createLosses(clock: MonotonicClock, report: (lost: number, cause: string) => void) {
  let lost = 0;
  let lastCause = '';
  let timer: Timer | undefined;

  function tell(): void {
    timer = undefined;
    if (lost === 0) return;
    report(lost, lastCause);
    lost = 0;
    timer = clock.after(intervalMs, tell);
    timer.unref();
  }

  return {
    add(count: number, cause: string): void {
      if (count === 0) return;
      lost += count;
      lastCause = cause;
      if (timer === undefined) tell();
    },
    close(): void {
      timer?.close();
      tell();
      timer?.close();
    },
  };
}
