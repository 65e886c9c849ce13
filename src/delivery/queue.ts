import { faultOf, isDefinite } from '../core/refusal.js';
import type { Clock, Message, Receipt } from '../ports.js';
import type { Router } from './route.js';

export interface QueueOptions {
  router: Router;
  /** Most messages that may wait or be under way. */
  maxMessages: number;
  clock: Clock;
}

export interface Queue {
  /** Takes a place for one message, or `false` when all are taken. */
  reserve(): boolean;
  /** Gives a place back that is not needed. */
  cancel(): void;
  /** Uses a place. Resolves with what became of the message in the end; never rejects. */
  send(message: Message): Promise<Receipt>;
  /** Resolves with how many messages were lost: all are sent, or the time is up. */
  drain(graceMs: number): Promise<number>;
}

/** Messages under way at once. */
const lanes = 20;
const firstPauseMs = 250;
/** Pauses double up to this. A provider that is down is up again for everybody, so that is looked for more often. */
const longestPauseMs = { connection: 2000, account: 60_000, recipient: 60_000 };

interface Waiting {
  message: Message;
  expiresAt: number;
  /** Until the next try. */
  pauseMs: number;
  settle(receipt: Receipt): void;
}

/**
 * A bounded queue in this process. A message that was definitely not taken is tried again until its code expires; one
 * with an unknown outcome is not, so none is sent twice; and none is sent after its code has expired.
 */
export function createQueue({ router, maxMessages, clock }: QueueOptions): Queue {
  const waiting: Waiting[] = [];
  const retries = new Set<NodeJS.Timeout>();
  let taken = 0;
  let running = 0;
  let isClosed = false;

  function pump(): void {
    while (running < lanes && waiting.length > 0) {
      running += 1;
      void run(waiting.shift() as Waiting).finally(() => {
        running -= 1;
        pump();
      });
    }
  }

  async function run(entry: Waiting): Promise<void> {
    const expired: Receipt = {
      ok: false,
      category: 'unavailable',
      retryable: false,
      detail: 'expired while it waited',
    };
    if (isClosed || clock() >= entry.expiresAt) return settle(entry, expired);
    const receipt = await router.send(entry.message);
    if (receipt.ok || !receipt.retryable || !isDefinite(receipt.category)) return settle(entry, receipt);
    if (clock() + entry.pauseMs >= entry.expiresAt) return settle(entry, receipt);
    retry(entry);
    entry.pauseMs = Math.min(entry.pauseMs * 2, longestPauseMs[faultOf(receipt)]);
  }

  /** Without a lane: whatever waits for its next try holds nobody up. */
  function retry(entry: Waiting): void {
    const timer = setTimeout(() => {
      retries.delete(timer);
      waiting.push(entry);
      pump();
    }, entry.pauseMs);
    retries.add(timer);
  }

  function settle(entry: Waiting, receipt: Receipt): void {
    taken -= 1;
    entry.settle(receipt);
  }

  return {
    reserve() {
      if (isClosed || taken >= maxMessages) return false;
      taken += 1;
      return true;
    },
    cancel() {
      taken -= 1;
    },
    send: (message) =>
      new Promise((resolve) => {
        const expiresAt = clock() + message.expiresInSeconds * 1000;
        waiting.push({ message, expiresAt, pauseMs: firstPauseMs, settle: resolve });
        pump();
      }),
    async drain(graceMs) {
      const deadline = clock() + graceMs;
      while (taken > 0 && clock() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      isClosed = true;
      for (const timer of retries) clearTimeout(timer);
      return taken;
    },
  };
}
