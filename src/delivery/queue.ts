import { type Channel, channels } from '../core/policy.js';
import { createRefusal } from '../core/refusal.js';
import type { DeliverySlot, Message, MonotonicClock, RoutedReceipt, SlotOptions, Timer } from '../ports.js';
import { chooseDelayMs, createDecoy, type Discretion } from './discretion.js';
import { createLanes } from './lanes.js';
import { createRetryLane } from './retry-lane.js';
import { noTransportUp, type Router } from './route.js';

/** Maximum number of messages under way. */
const mostLanes = 20;
/** Some hosts end timers with the request that set them. This is a few seconds less than they allow. */
const longestStayMs = 25_000;
const firstPauseMs = 250;
/** Pauses double up to this while no transport is up. */
const longestPauseMs = 2000;

interface Waiting extends SlotOptions {
  message: Message;
  expiresAt: number;
  /** Next pause if no transport is up. */
  pauseMs: number;
  /** Whether it has found no transport up. */
  isHeld: boolean;
  /** When the next try without a transport is reported, and the interval after that. */
  reportsAt: number;
  reportGapMs: number;
  resolve(receipt: RoutedReceipt): void;
}

const expired: RoutedReceipt = {
  ...createRefusal('unavailable', 'expired while it waited', {
    cause: 'the code expired while its message waited: too many messages, or slow transports',
  }),
  retryable: false,
  isExpired: true,
};
const neverUp: RoutedReceipt = { ...noTransportUp, isExpired: true };
const firstReportGapMs = 10_000;

/**
 * A bounded queue in this process. Each message is tried once; after a definite refusal for now it moves to the retry lane.
 * While no transport is up, messages wait untried. None is sent after its code has expired.
 */
export function createQueue(parts: {
  router: Pick<Router, 'serves' | 'isUp' | 'send'>;
  /** Maximum number of messages waiting for their first try or under way. */
  maxMessages: number;
  clock: MonotonicClock;
  /** Set if some people are sent nothing. */
  discretion?: Discretion | undefined;
}) {
  const { router, maxMessages, clock, discretion } = parts;
  const timers = new Set<Timer>();
  const drained: (() => void)[] = [];
  const decoy = discretion && createDecoy(clock, discretion);
  const retries = createRetryLane({ router, queueMax: maxMessages, clock, onLeft: tellDrained });
  /** Messages waiting for a transport, by channel. */
  const held = new Map<Channel, number>();
  // A message that waits for another request to end might never be sent.
  const lanes = createLanes(clock.endsWithRequest ? Number.POSITIVE_INFINITY : mostLanes, run);
  const stayMs = clock.endsWithRequest ? longestStayMs : Number.POSITIVE_INFINITY;
  const isOneOfMany = channels.filter(router.serves).length > 1;
  const heldMax = isOneOfMany ? Math.max(1, Math.floor(maxMessages / 2)) : maxMessages;
  let taken = 0;
  let muted = 0;
  let isClosed = false;

  /** Without decoys: closing need not wait for them. */
  const countUnsent = () => taken - muted + retries.size;

  function tellDrained(): void {
    if (countUnsent() === 0) for (const resolve of drained.splice(0)) resolve();
  }

  function giveBack(): void {
    taken -= 1;
    tellDrained();
  }

  function countHeld({ channel }: Message, change: 1 | -1): void {
    held.set(channel, (held.get(channel) ?? 0) + change);
  }

  function leave({ message, isHeld, isMuted }: Waiting): void {
    if (isMuted) muted -= 1;
    if (isHeld) countHeld(message, -1);
    giveBack();
  }

  function settle(entry: Waiting, receipt: RoutedReceipt): void {
    leave(entry);
    entry.resolve(entry.isMuted ? { ok: true } : receipt);
  }

  function enterLater(entry: Waiting, delayMs: number): void {
    const timer = clock.after(delayMs, () => {
      timers.delete(timer);
      lanes.add(entry);
    });
    timers.add(timer);
  }

  async function run(entry: Waiting): Promise<void> {
    const { message, isMuted, expiresAt } = entry;
    if (isClosed || clock.now() >= expiresAt) return settle(entry, expired);
    if (isMuted) {
      if (!router.isUp(message.channel)) return hold(entry);
      await decoy?.send(message.channel);
      return settle(entry, { ok: true });
    }
    const startedAt = clock.now();
    const receipt = await router.send(message);
    if (receipt === noTransportUp) return hold(entry);
    decoy?.note(message.channel, clock.now() - startedAt);
    const retried = retries.take(message, expiresAt, receipt, entry.onRetry);
    if (!retried) return settle(entry, receipt);
    leave(entry);
    void retried.then(entry.resolve);
  }

  /** The message keeps its slot, because it was never tried. */
  function hold(entry: Waiting): void {
    const { message, pauseMs, expiresAt } = entry;
    if (clock.now() + pauseMs >= expiresAt) {
      settle(entry, neverUp);
      return;
    }
    if (!entry.isHeld) {
      entry.isHeld = true;
      countHeld(message, 1);
    }
    if (!entry.isMuted && clock.now() >= entry.reportsAt) {
      entry.onRetry?.(noTransportUp);
      entry.reportsAt = clock.now() + entry.reportGapMs;
      entry.reportGapMs *= 2;
    }
    entry.pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    enterLater(entry, pauseMs);
  }

  function createSlot(): Required<DeliverySlot> {
    let isFree = true;
    return {
      send(message, options) {
        if (!isFree) throw new Error('A queue slot takes one message');
        const delayMs = discretion ? chooseDelayMs(discretion) : 0;
        isFree = false;
        if (options?.isMuted) muted += 1;
        const expiresAt = clock.now() + Math.min(message.expiresInSeconds * 1000, stayMs);
        return new Promise<RoutedReceipt>((resolve) => {
          const entry = {
            ...options,
            message,
            expiresAt,
            pauseMs: firstPauseMs,
            isHeld: false,
            reportsAt: 0,
            reportGapMs: firstReportGapMs,
            resolve,
          };
          if (delayMs > 0) enterLater(entry, delayMs);
          else lanes.add(entry);
        });
      },
      release() {
        if (isFree) giveBack();
        isFree = false;
      },
    };
  }

  return {
    /**
     * Reserves a slot, until it is released or its message was tried once. Null when all are taken. A channel that is down
     * while others are up gets at most half of them.
     */
    reserve(channel: Channel): Required<DeliverySlot> | null {
      if (isClosed || taken >= maxMessages || (held.get(channel) ?? 0) >= heldMax) return null;
      taken += 1;
      return createSlot();
    },
    count: () => ({ waiting: taken - lanes.busy, sending: lanes.busy, retrying: retries.size }),
    /** Waits until all messages are sent, at most `graceMs`. Resolves with the number of lost messages. */
    async drain(graceMs: number): Promise<number> {
      retries.close(graceMs);
      if (countUnsent() > 0) {
        await new Promise<void>((resolve) => {
          const timer = clock.after(graceMs, resolve);
          drained.push(resolve, () => timer.close());
        });
      }
      isClosed = true;
      for (const timer of timers) timer.close();
      return countUnsent();
    },
  };
}
