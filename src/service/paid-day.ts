import { createPaidLadder, strangersPart, unitsPerSend } from '../core/ladder.js';
import type { DayBudgetMode } from '../core/policy.js';
import type { SpendRow } from '../count-verbs.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { UnderWay } from '../under-way.js';

/** One message counted against the ceiling for paid channels. */
export interface PaidMessage {
  /** Whether it exceeds a ceiling that only reports. */
  isExceeded: boolean;
  /** Gives it back if nothing was sent. */
  putBack(): void;
}

/** @param isTrusted whether the last quarter is open */
export type TakePaidMessage = (isTrusted: boolean) => Promise<PaidMessage | { retryAfterMs: number }>;

/** Messages that this process may send without asking the store. */
interface Lease {
  left: number;
  /** By the store's clock. */
  atMs: number;
  endsAt: number;
  isExceeded: boolean;
}

const largestLease = 50;
/** As a share of the ceiling: what one process holds is not available to the others. */
const leasePart = 1 / 100;
/** A lease counts in the part of the day in which it was taken, which must not expire before its last message. */
const leaseMs = 1_800_000;

const slot = 'paid';

/**
 * Processes lease messages in blocks, so that few messages need a call of the store, and give back what they did not use in
 * time. What a process holds when it dies stays counted.
 *
 * @returns undefined when there is no ceiling
 */
export function createPaidDay(parts: {
  dayBudgets?: DayBudgetMode | undefined;
  paidDayMax?: number | undefined;
  store: Store;
  monotonicClock: MonotonicClock;
  underWay: Pick<UnderWay, 'add'>;
}): TakePaidMessage | undefined {
  const { dayBudgets = 'enforce', paidDayMax, store, monotonicClock, underWay } = parts;
  if (paidDayMax === undefined || dayBudgets === 'off' || !store.spend) return undefined;
  const block = Math.min(largestLease, Math.max(1, Math.floor(paidDayMax * leasePart)));

  function createTaker(max: number): () => ReturnType<TakePaidMessage> {
    const row: SpendRow = { limit: 'paid_day', key: 'messages', ladder: createPaidLadder(max) };
    let lease: Lease | undefined;
    let renewing: Promise<{ retryAfterMs: number } | undefined> | undefined;

    function giveBack(sends: number, atMs: number): void {
      const given = { slot, rows: [row], atMs, units: sends * unitsPerSend, isSignIn: false };
      const giving = store.refund?.(given);
      if (giving) underWay.add(giving);
    }

    async function ask(sends: number) {
      return store.spend?.({
        slot,
        rows: [row],
        units: sends * unitsPerSend,
        isOnSecondStep: false,
        isEnforced: dayBudgets === 'enforce',
      });
    }

    async function renew(): Promise<{ retryAfterMs: number } | undefined> {
      if (lease && lease.left > 0) giveBack(lease.left, lease.atMs);
      lease = undefined;
      let sends = block;
      let answer = await ask(sends);
      if (answer?.status === 'limited' && block > 1) {
        sends = 1;
        answer = await ask(sends);
      }
      if (answer?.status !== 'counted') return { retryAfterMs: answer?.retryAfterMs ?? 0 };
      const { atMs, exceeded } = answer;
      lease = {
        left: sends,
        atMs,
        endsAt: monotonicClock.now() + leaseMs,
        isExceeded: exceeded !== undefined,
      };
      return undefined;
    }

    return async () => {
      for (;;) {
        const current = lease;
        if (current && current.left > 0 && monotonicClock.now() < current.endsAt) {
          current.left -= 1;
          return {
            isExceeded: current.isExceeded,
            putBack() {
              if (current === lease) current.left += 1;
              else giveBack(1, current.atMs);
            },
          };
        }
        renewing ??= renew().finally(() => {
          renewing = undefined;
        });
        const refused = await renewing;
        if (refused) return refused;
      }
    };
  }

  const takeOpen = createTaker(Math.max(1, Math.floor(paidDayMax * strangersPart)));
  const takeAny = createTaker(paidDayMax);
  return (isTrusted) => (isTrusted ? takeAny() : takeOpen());
}
