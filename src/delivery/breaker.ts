import { faultOf, isDefinite } from '../core/refusal.js';
import type { MonotonicClock, Receipt } from '../ports.js';

/** Keeps calls from a provider that is down. `recipient` is the domain of an address, or a whole number or id. */
export interface Breaker {
  /** Whether a call may be made now; while open, a probe is let through after each pause. */
  allows(recipient: string): boolean;
  record(recipient: string, receipt: Receipt): void;
}

const windowMs = 30_000;
const pauseMs = 2000;
const faultsToOpen = 5;
const recipientsToOpen = 3;
/** More of one recipient say nothing more: five faults of three recipients have at most three of one. */
const faultsKept = faultsToOpen - (recipientsToOpen - 1);
/** While open, recipients that are remembered as affected. */
const recipientsKept = 100;

/**
 * Opens after five connection faults in 30 seconds from at least three recipients, without a success in between; closes
 * with the first answer. A recipient whose domain makes the provider wait could keep it open by taking each probe, so
 * recipients that have not failed yet have a probe of their own (docs/decisions/0029).
 */
export function createBreaker(clock: MonotonicClock): Breaker {
  /** When connections failed, by recipient, the latest recipient last. */
  const faults = new Map<string, number[]>();
  let isOpen = false;
  let nextProbeAt = 0;
  let nextProbeOfOthersAt = 0;

  function close(): void {
    isOpen = false;
    faults.clear();
  }

  function note(recipient: string): void {
    const since = clock.now() - windowMs;
    const times = faults.get(recipient) ?? [];
    faults.delete(recipient);
    faults.set(recipient, [...times.slice(1 - faultsKept), clock.now()]);
    for (const [name, all] of faults) {
      const recent = all.filter((time) => time > since);
      if (recent.length === 0 || faults.size > recipientsKept) faults.delete(name);
      else faults.set(name, recent);
    }
  }

  return {
    allows(recipient) {
      if (!isOpen) return true;
      const isAffected = faults.has(recipient);
      if (clock.now() < (isAffected ? nextProbeAt : nextProbeOfOthersAt)) return false;
      nextProbeAt = clock.now() + pauseMs;
      if (!isAffected) nextProbeOfOthersAt = nextProbeAt;
      return true;
    },
    record(recipient, receipt) {
      if (receipt.ok) return close();
      if (faultOf(receipt) !== 'connection') {
        // Whatever it refused, the provider is there again.
        if (isOpen && isDefinite(receipt.category)) close();
        return;
      }
      note(recipient);
      if (isOpen || faults.size < recipientsToOpen) return;
      if ([...faults.values()].flat().length < faultsToOpen) return;
      isOpen = true;
      nextProbeAt = clock.now() + pauseMs;
      nextProbeOfOthersAt = nextProbeAt;
    },
  };
}
