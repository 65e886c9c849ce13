import { bucketsPerPeriod, createShortOpenLadder } from '../core/ladder.js';
import type { SpendRow } from '../count-verbs.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { Lengthening } from '../store-verbs.js';
import { createUnderWay, type UnderWay } from '../under-way.js';

/** Attempts that a process leases in one call, so that most requests need no further call of the store. */
const smallestBlock = 50;
/** As a share of the limit, since an installation with a higher limit is busier. */
const blockPart = 1 / 40;
/** The longest time for which a refusal is cached, without asking the store again. */
const pauseMs = 5000;

/** Attempts that a process has taken from the store and may hand out. */
export interface Lease {
  left: number;
  /** By the store's clock. */
  atMs: number;
  /** By the monotonic clock: it holds for the part of the hour in which the store has counted it. */
  endsAt: number;
}

/**
 * Limits the attempts at short codes that this installation hands out to unknown browsers in an hour, without those that
 * were returned. This bounds what guessing at everyone achieves: see docs/decisions/0068.
 */
export interface ShortCodes {
  /** Takes attempts for a new code; undefined: it must be long. */
  take(attempts: number): Lease | undefined | Promise<Lease | undefined>;
  /** Reports what happened to attempts that were taken: they went to a short code, or to none. */
  settle(lease: Lease, attempts: number, isHandedOut: boolean): void;
  /** Returns the attempts of a code that its owner has used, and that was made at this time by the store's clock. */
  giveBack(attempts: number, madeAtMs: number): void;
}

/** For when the budget of guesses has no room for a short code. */
export function withoutShortCodes({ digits, maxAttempts, memorySeconds }: Lengthening): Lengthening {
  return { after: -1, digits, maxAttempts, memorySeconds };
}

const endless: Lease = { left: 0, atMs: 0, endsAt: 0 };
const unlimited: ShortCodes = { take: () => endless, settle() {}, giveBack() {} };

export function createShortCodes(parts: {
  store: Pick<Store, 'spend' | 'refund'>;
  monotonicClock: MonotonicClock;
  shortOpenMax?: number | undefined;
  underWay?: Pick<UnderWay, 'add'> | undefined;
}): ShortCodes {
  const { store, monotonicClock, shortOpenMax, underWay = createUnderWay() } = parts;
  if (shortOpenMax === undefined || !store.spend || !store.refund) return unlimited;
  const ladder = createShortOpenLadder(shortOpenMax);
  const blockSize = Math.max(smallestBlock, Math.floor(shortOpenMax * blockPart));
  const partMs = (ladder.periodSeconds * 1000) / bucketsPerPeriod;
  // No one is shown the name of this limit: without room, codes are long.
  const rows: SpendRow[] = [{ limit: 'request_day', key: 'short codes', ladder }];
  const slot = 'short codes';
  let lease: Lease | undefined;
  let renewal: Promise<void> | undefined;
  let refusedUntil = 0;
  /** Attempts that callers are waiting for. */
  let wanted = 0;
  /** Returned attempts, by the part of the hour in which their codes were made. */
  const returned = new Map<number, number>();

  const partOf = (atMs: number) => Math.floor(atMs / partMs);

  /** In the background: what fails stays counted. */
  function refund(atMs: number, units: number): void {
    if (units <= 0) return;
    const refunding = store.refund?.({ slot, rows, atMs, units, isSignIn: false });
    if (refunding) underWay.add(refunding);
  }

  function returnAll(): void {
    for (const [part, units] of returned) refund(part * partMs, units);
    returned.clear();
  }

  async function renew(attempts: number): Promise<void> {
    if (lease) refund(lease.atMs, lease.left);
    lease = undefined;
    returnAll();
    const block = Math.max(blockSize, attempts);
    for (const units of new Set([Math.max(block, wanted), block, attempts])) {
      // Taken before the store is asked: a slow answer must not extend the part in which the store counted them.
      const askedAt = monotonicClock.now();
      const spent = await store.spend?.({ slot, rows, units, isOnSecondStep: false, isEnforced: true });
      if (spent?.status === 'counted') {
        const { atMs } = spent;
        lease = { left: units, atMs, endsAt: askedAt + partMs - (atMs % partMs) };
        return;
      }
      if (spent && units === attempts) {
        refusedUntil = monotonicClock.now() + Math.min(pauseMs, Math.max(1, spent.retryAfterMs));
      }
    }
  }

  /**
   * Puts attempts back into the lease that they came from, never into another: that one may live longer, and would hand out
   * attempts that the store no longer counts.
   */
  function returnTo(part: number, attempts: number): void {
    if (lease && partOf(lease.atMs) === part) {
      lease.left += attempts;
      return;
    }
    const units = (returned.get(part) ?? 0) + attempts;
    if (units < blockSize) {
      returned.set(part, units);
    } else {
      returned.delete(part);
      refund(part * partMs, units);
    }
  }

  /** Counts attempts again, in the current part: their code was made after the part of their lease had ended. */
  async function move(from: Lease, attempts: number): Promise<void> {
    await store.spend?.({ slot, rows, units: attempts, isOnSecondStep: false, isEnforced: false });
    returnTo(partOf(from.atMs), attempts);
  }

  function take(attempts: number): Lease | undefined | Promise<Lease | undefined> {
    const now = monotonicClock.now();
    if (lease && lease.left >= attempts && now < lease.endsAt) {
      lease.left -= attempts;
      return lease;
    }
    return now < refusedUntil ? undefined : takeAfterRenewal(attempts);
  }

  async function takeAfterRenewal(attempts: number): Promise<Lease | undefined> {
    wanted += attempts;
    renewal ??= renew(attempts).finally(() => {
      renewal = undefined;
    });
    try {
      await renewal;
    } finally {
      wanted -= attempts;
    }
    return take(attempts);
  }

  return {
    take,
    settle(taken, attempts, isHandedOut) {
      if (!isHandedOut) returnTo(partOf(taken.atMs), attempts);
      else if (monotonicClock.now() >= taken.endsAt) underWay.add(move(taken, attempts));
    },
    giveBack: (attempts, madeAtMs) => returnTo(partOf(madeAtMs), attempts),
  };
}
