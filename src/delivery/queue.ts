import { faultOf, isDefinite } from '../core/refusal.js';
import type { Message, MonotonicClock, Receipt, Timer } from '../ports.js';
import type { Router } from './route.js';

export interface QueueOptions {
  router: Router;
  /** Most messages that may wait or be under way. */
  maxMessages: number;
  clock: MonotonicClock;
  /** How long a message waits before its first try. Default: not at all. */
  chooseDelayMs?: (() => number) | undefined;
}

/** A slot for one message, counted until it is released or until what became of its message is known. */
export interface QueueSlot {
  /** Uses the slot. Resolves with what became of the message in the end; never rejects. */
  send(message: Message): Promise<Receipt>;
  /** Gives the slot back unless it has been used. */
  release(): void;
}

export interface Queue {
  /** Null when all slots are taken. */
  reserve(): QueueSlot | null;
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
  resolve(receipt: Receipt): void;
}

/**
 * A bounded queue in this process. A message that was definitely not taken is tried again until its code expires; one
 * with an unknown outcome is not, so none is sent twice; and none is sent after its code has expired.
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

  /** Takes no lane: a message that waits for its next try delays no other. */
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
    const expired: Receipt = {
      ok: false,
      category: 'unavailable',
      retryable: false,
      detail: 'expired while it waited',
    };
    if (isClosed || clock.now() >= entry.expiresAt) return settle(entry, expired);
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
