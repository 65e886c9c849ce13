import { createUnderWay } from '../under-way.js';
import type { OutgoingEvent } from './post-event.js';
import { type EventQueue, type EventQueueOptions, maxEvents } from './queue.js';
import { createTryReporter } from './try-result.js';

/** Before each further try, in milliseconds. With the tries themselves they fit into the 30 seconds after an answer. */
const gapsMs = [1000, 3000, 9000];

/** An event queue for hosts where timers and connections end with the request: each event is posted within the request that reports it. */
export function createSeparateEvents(options: EventQueueOptions): EventQueue {
  const { post, clock, onFailed } = options;
  const underWay = createUnderWay();
  let count = 0;
  let isEnded = false;
  const tries = createTryReporter(options, () => {
    isEnded = true;
    return count;
  });

  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

  /** @returns whether it has been delivered or given up */
  async function tryOnce(event: OutgoingEvent, gapMs: number | undefined): Promise<boolean> {
    const result = await post(event);
    if (isEnded) return true;
    const failed = tries.report(result);
    if (failed === undefined) return true;
    // An event that has to wait longer would never be posted.
    const isLast = gapMs === undefined || failed.waitMs > gapMs;
    if (isLast) onFailed(`given up: ${failed.cause}`);
    return isLast;
  }

  async function deliver(event: OutgoingEvent): Promise<void> {
    for (const gapMs of [...gapsMs, undefined]) {
      if (isEnded || (await tryOnce(event, gapMs))) break;
      await pause(gapMs ?? 0);
    }
    count -= 1;
  }

  return {
    isFull: () => isEnded || count >= maxEvents,
    push(event) {
      count += 1;
      underWay.add(deliver(event));
    },
    whenDelivered: underWay.whenEnded,
    async close(deadline) {
      await Promise.race([underWay.whenEnded(), pause(Math.max(0, deadline - clock.now()))]);
      isEnded = true;
      return count;
    },
  };
}
