import { createRefusal, faultOf, isDefinite } from '../core/refusal.js';
import type { Message, MonotonicClock, Receipt, Timer } from '../ports.js';
import type { Router } from './route.js';

export interface QueueOptions {
  router: Router;
  /** Maximum number of messages waiting or under way. */
  maxMessages: number;
  clock: MonotonicClock;
  /** Delay before the first try. Default: none. */
  chooseDelayMs?: (() => number) | undefined;
}

/** Like `DeliverySlot`. Counts until it is released, or until the outcome of its message is known. */
export interface QueueSlot {
  send(message: Message): Promise<Receipt>;
  release(): void;
}

export interface Queue {
  /** Null when all slots are taken. */
  reserve(): QueueSlot | null;
  /** Waits until all messages are sent, at most `graceMs`. Resolves with the number of lost messages. */
  drain(graceMs: number): Promise<number>;
}

/** Maximum number of messages under way. */
const lanes = 20;
const firstPauseMs = 250;
/** Pauses double up to this. A provider that recovers does so for everyone, so it is retried more often. */
const longestPauseMs = { connection: 2000, account: 60_000, recipient: 60_000 };

interface Waiting {
  message: Message;
  expiresAt: number;
  /** Until the next try. */
  pauseMs: number;
  resolve(receipt: Receipt): void;
}

/**
 * A bounded in-process queue. Retries definite refusals until the code expires. Does not retry unknown outcomes, so that no
 * message is sent twice, and sends nothing after the code has expired.
 */
export function createQueue({ router, maxMessages, clock, chooseDelayMs }: QueueOptions): Queue {
  const waiting: Waiting[] = [];
  const timers = new Set<Timer>();
  const drained: (() => void)[] = [];
  let taken = 0;
  let running = 0;
  let isClosed = false;

  function giveBack(): void {
    taken -= 1;
    if (taken === 0) for (const resolve of drained.splice(0)) resolve();
  }

  function settle(entry: Waiting, receipt: Receipt): void {
    giveBack();
    entry.resolve(receipt);
  }

  function enter(entry: Waiting): void {
    waiting.push(entry);
    pump();
  }

  /** Occupies no lane meanwhile, so that a pause delays no other message. */
  function enterLater(entry: Waiting, delayMs: number): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      enter(entry);
    });
    timers.add(timer);
  }

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
    if (isClosed || clock.now() >= entry.expiresAt) {
      return settle(entry, { ...createRefusal('unavailable', 'expired while it waited'), retryable: false });
    }
    const receipt = await router.send(entry.message);
    if (receipt.ok || !receipt.retryable || !isDefinite(receipt.category)) return settle(entry, receipt);
    if (clock.now() + entry.pauseMs >= entry.expiresAt) return settle(entry, receipt);
    enterLater(entry, entry.pauseMs);
    entry.pauseMs = Math.min(entry.pauseMs * 2, longestPauseMs[faultOf(receipt)]);
  }

  function createSlot(): QueueSlot {
    let isFree = true;
    return {
      send(message) {
        if (!isFree) throw new Error('A queue slot takes one message');
        const delayMs = chooseDelayMs?.() ?? 0;
        isFree = false;
        const expiresAt = clock.now() + message.expiresInSeconds * 1000;
        return new Promise((resolve) => {
          const entry = { message, expiresAt, pauseMs: firstPauseMs, resolve };
          if (delayMs > 0) enterLater(entry, delayMs);
          else enter(entry);
        });
      },
      release() {
        if (isFree) giveBack();
        isFree = false;
      },
    };
  }

  return {
    reserve() {
      if (isClosed || taken >= maxMessages) return null;
      taken += 1;
      return createSlot();
    },
    async drain(graceMs) {
      if (taken > 0) {
        await new Promise<void>((resolve) => {
          const timer = clock.after(graceMs, resolve);
          drained.push(resolve, () => timer.close());
        });
      }
      isClosed = true;
      for (const timer of timers) timer.close();
      return taken;
    },
  };
}
