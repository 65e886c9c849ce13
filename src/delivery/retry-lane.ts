import { isDefinite } from '../core/refusal.js';
import type { Message, MonotonicClock, RoutedReceipt, RoutedRefusal, SlotOptions, Timer } from '../ports.js';
import { createLanes } from './lanes.js';
import { groupRetries } from './recipients.js';
import type { Router } from './route.js';

/** Maximum number of retries under way, in addition to the queue's messages. */
const runningMax = 4;
const firstGapMs = 1000;
/** Six tries in five minutes. Greylists rarely accept a message within the first one. */
const gapFactor = 3;

interface Retry {
  message: Message;
  group: string;
  expiresAt: number;
  gapMs: number;
  /** The latest one. */
  refusal: RoutedRefusal;
  onRetry: SlotOptions['onRetry'];
  timer?: Timer | undefined;
  dueAt: number;
  resolve(receipt: RoutedReceipt): void;
}

/** Messages that were refused for now and wait for another try. They take no slot from messages that were never tried. */
export function createRetryLane(parts: {
  router: Pick<Router, 'send'>;
  /** Size of the queue. The lane has a tenth of that in addition, and one group of recipients a hundredth; at least 1. */
  queueMax: number;
  clock: MonotonicClock;
  /** Called when a message has left the lane. */
  onLeft(): void;
}) {
  const { router, queueMax, clock, onLeft } = parts;
  const placesMax = Math.max(1, Math.floor(queueMax / 10));
  const groupMax = Math.max(1, Math.floor(queueMax / 100));
  const retries = new Set<Retry>();
  const countByGroup = new Map<string, number>();
  const due = createLanes(runningMax, run);
  let closesAt = Number.POSITIVE_INFINITY;

  function count(group: string, change: 1 | -1): void {
    const size = (countByGroup.get(group) ?? 0) + change;
    if (size === 0) countByGroup.delete(group);
    else countByGroup.set(group, size);
  }

  function leave(retry: Retry, receipt: RoutedReceipt): void {
    retries.delete(retry);
    count(retry.group, -1);
    retry.resolve(receipt);
    onLeft();
  }

  function giveUp(retry: Retry): void {
    const isExpired = retry.dueAt >= retry.expiresAt;
    leave(retry, isExpired ? { ...retry.refusal, isExpired } : retry.refusal);
  }

  /** Schedules the next try; false if that would be too late. */
  function plan(retry: Retry): boolean {
    retry.dueAt = clock.now() + Math.max(retry.gapMs, (retry.refusal.retryAfterSeconds ?? 0) * 1000);
    retry.gapMs *= gapFactor;
    if (retry.dueAt >= Math.min(retry.expiresAt, closesAt)) return false;
    retry.timer = clock.after(retry.dueAt - clock.now(), () => due.add(retry));
    return true;
  }

  async function run(retry: Retry): Promise<void> {
    if (clock.now() >= Math.min(retry.expiresAt, closesAt)) return giveUp(retry);
    const receipt = await router.send(retry.message);
    if (!isRetryable(receipt)) return leave(retry, receipt);
    retry.refusal = receipt;
    if (plan(retry)) retry.onRetry?.(receipt);
    else giveUp(retry);
  }

  return {
    get size() {
      return retries.size;
    },
    /**
     * Resolves with the final outcome; never rejects. Null when the message cannot be retried: the outcome is final or
     * unknown, its code will have expired by then, or the lane or its group's share is full.
     *
     * @param onRetry called after each refused try that will be repeated; the gaps between them grow
     */
    take(message: Message, expiresAt: number, receipt: RoutedReceipt, onRetry?: SlotOptions['onRetry']) {
      const group = groupRetries(message);
      if (!isRetryable(receipt) || retries.size >= placesMax || (countByGroup.get(group) ?? 0) >= groupMax)
        return null;
      const retry: Retry = {
        message,
        group,
        expiresAt,
        gapMs: firstGapMs,
        refusal: receipt,
        onRetry,
        dueAt: 0,
        resolve() {},
      };
      if (!plan(retry)) return null;
      retries.add(retry);
      count(group, 1);
      onRetry?.(receipt);
      return new Promise<RoutedReceipt>((resolve) => {
        retry.resolve = resolve;
      });
    },
    /** Gives up the messages that are due after the grace period. */
    close(graceMs: number): void {
      closesAt = Math.min(closesAt, clock.now() + graceMs);
      for (const retry of retries) {
        if (retry.dueAt < closesAt) continue;
        retry.timer?.close();
        giveUp(retry);
      }
    },
  };
}

/** Whether the message was certainly not accepted but may be later. */
function isRetryable(receipt: RoutedReceipt): receipt is RoutedRefusal {
  return !receipt.ok && receipt.retryable && isDefinite(receipt.category);
}
