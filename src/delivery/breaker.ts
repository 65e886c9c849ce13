import type { RefusalCategory } from '../core/policy.js';
import type { Clock, Receipt } from '../ports.js';

/** Keeps calls from a provider that is down. */
export interface Breaker {
  /** Whether a call may be made now; while open, one probe is let through after each pause. */
  allows(): boolean;
  record(receipt: Receipt): void;
}

/** Refusals that say something of the provider; a recipient that does not exist says nothing of it. */
const faults: readonly RefusalCategory[] = [
  'unauthorized',
  'rate_limited',
  'unavailable',
  'timeout',
  'unknown',
];
const faultsToOpen = 5;
const pauseMs = 2000;

/** Opens after five faults in a row, closes with the first success. */
export function createBreaker(clock: Clock): Breaker {
  let faultsInARow = 0;
  let nextProbeAt = 0;
  return {
    allows() {
      if (faultsInARow < faultsToOpen) return true;
      if (clock() < nextProbeAt) return false;
      nextProbeAt = clock() + pauseMs;
      return true;
    },
    record(receipt) {
      if (receipt.ok) {
        faultsInARow = 0;
      } else if (faults.includes(receipt.category)) {
        faultsInARow += 1;
        nextProbeAt = clock() + pauseMs;
      }
    },
  };
}
