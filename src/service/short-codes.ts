import { bucketsPerPeriod, createShortOpenLadder } from '../core/ladder.js';
import type { SpendRow } from '../count-verbs.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { OpenResult } from '../store-verbs.js';

/** Attempts that a process takes at once, so that most requests need no further call of the store. */
const blockSize = 50;
/** How long a refusal is remembered at most, without asking the store again. */
const pauseMs = 5000;

/**
 * The attempts at short codes that this installation hands out to unknown browsers, and that have not come back within an
 * hour. It bounds what guessing at everyone achieves: see docs/decisions/0068.
 */
export interface ShortCodes {
  /** Takes attempts for a new code; false: it must be long. */
  take(attempts: number): boolean | Promise<boolean>;
  /** Returns attempts that were taken just now and not handed out. */
  putBack(attempts: number): void;
  /** Returns the attempts of a code that its owner has used, and that was made at this time by the store's clock. */
  giveBack(attempts: number, madeAtMs: number): void;
}

/** A budget of guesses that has room for no short code. */
export const noShortCodes = -1;

/** Whether this call has made a code of so many digits; otherwise it has sent one again, or none. */
export function isNewCode(opened: OpenResult, newChallenge: string, digits: number): boolean {
  if (opened.status !== 'opened' || opened.record.challenge !== newChallenge) return false;
  return opened.record.digits === digits;
}

interface Lease {
  left: number;
  /** By the store's clock. */
  atMs: number;
  /** By the monotonic clock: it holds for the part of the hour in which the store has counted it. */
  endsAt: number;
}

const unlimited: ShortCodes = { take: () => true, putBack() {}, giveBack() {} };

export function createShortCodes(parts: {
  store: Pick<Store, 'spend' | 'refund'>;
  monotonicClock: MonotonicClock;
  shortOpenMax?: number | undefined;
}): ShortCodes {
  const { store, monotonicClock, shortOpenMax } = parts;
  if (shortOpenMax === undefined || !store.spend || !store.refund) return unlimited;
  const ladder = createShortOpenLadder(shortOpenMax);
  const partMs = (ladder.periodSeconds * 1000) / bucketsPerPeriod;
  // The name of the limit is not shown: where this one has no room, codes are long.
  const rows: SpendRow[] = [{ limit: 'request_day', key: 'short codes', ladder }];
  const slot = 'short codes';
  let lease: Lease | undefined;
  let renewal: Promise<void> | undefined;
  let refusedUntil = 0;
  /** Attempts that came back, by when their codes were made. */
  const returned = new Map<number, number>();

  const partOf = (atMs: number) => Math.floor(atMs / partMs);

  /** In the background: what fails stays counted. */
  function refund(atMs: number, units: number): void {
    if (units <= 0) return;
    void store.refund?.({ slot, rows, atMs, units, isSignIn: false })?.catch(() => {});
  }

  function returnAll(): void {
    for (const [part, units] of returned) refund(part * partMs, units);
    returned.clear();
  }

  async function renew(attempts: number): Promise<void> {
    if (lease) refund(lease.atMs, lease.left);
    lease = undefined;
    returnAll();
    for (const units of [Math.max(blockSize, attempts), attempts]) {
      const spent = await store.spend?.({ slot, rows, units, isOnSecondStep: false, isEnforced: true });
      if (spent?.status === 'counted') {
        const { atMs } = spent;
        lease = { left: units, atMs, endsAt: monotonicClock.now() + partMs - (atMs % partMs) };
        return;
      }
      if (spent && units === attempts) {
        refusedUntil = monotonicClock.now() + Math.min(pauseMs, Math.max(1, spent.retryAfterMs));
      }
    }
  }

  function takeFromLease(attempts: number): boolean {
    if (!lease || lease.left < attempts || monotonicClock.now() >= lease.endsAt) return false;
    lease.left -= attempts;
    return true;
  }

  async function takeAfterRenewal(attempts: number): Promise<boolean> {
    for (;;) {
      if (takeFromLease(attempts)) return true;
      if (monotonicClock.now() < refusedUntil) return false;
      renewal ??= renew(attempts).finally(() => {
        renewal = undefined;
      });
      await renewal;
    }
  }

  return {
    take: (attempts) => takeFromLease(attempts) || takeAfterRenewal(attempts),
    putBack(attempts) {
      if (lease) lease.left += attempts;
    },
    giveBack(attempts, madeAtMs) {
      const part = partOf(madeAtMs);
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
    },
  };
}
