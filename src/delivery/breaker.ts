import { faultOf, isDefinite } from '../core/refusal.js';
import type { MonotonicClock, Receipt } from '../ports.js';
import { groupRecipient, type Recipient } from './recipients.js';

const windowMs = 30_000;
const pauseMs = 2000;
const faultsToOpen = 5;
const recipientsToOpen = 3;
/** Faults kept per recipient: with five faults of three recipients, none has more than three. */
const faultsKept = faultsToOpen - (recipientsToOpen - 1);
/** Maximum number of recipients with recent faults. */
const recipientsKept = 100;

/**
 * A circuit breaker. Opens after five connection faults in 30 seconds from at least three recipients without a success in
 * between; closes on the first answer. Recipients are counted by the domain of an e-mail address, or by the whole number or
 * id. A domain that stalls the provider could keep it open by taking every probe, so recipients that have not failed get a
 * separate probe (docs/decisions/0029).
 *
 * @param onChange called when it opens or closes, with the receipt that caused it
 */
export function createBreaker(clock: MonotonicClock, onChange?: (isOpen: boolean, receipt: Receipt) => void) {
  /** Times of connection faults by recipient; the latest recipient last. */
  const faults = new Map<string, number[]>();
  let nextProbeAt = 0;
  let nextProbeOfOthersAt = 0;

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

  const breaker = {
    /** While open, only probes are allowed. */
    isOpen: false,
    /** Whether this message may be the probe: while open, one after each pause. */
    takeProbe(message: Recipient): boolean {
      const isAffected = faults.has(groupRecipient(message));
      if (clock.now() < (isAffected ? nextProbeAt : nextProbeOfOthersAt)) return false;
      nextProbeAt = clock.now() + pauseMs;
      if (!isAffected) nextProbeOfOthersAt = nextProbeAt;
      return true;
    },
    record(message: Recipient, receipt: Receipt): void {
      const { isOpen } = breaker;
      if (receipt.ok || faultOf(receipt) !== 'connection') {
        // A refusal is an answer too: the provider is up.
        if (receipt.ok || (isOpen && isDefinite(receipt.category))) {
          if (isOpen) onChange?.(false, receipt);
          breaker.isOpen = false;
          // Clearing a Map allocates, even an empty one.
          if (faults.size > 0) faults.clear();
        }
        return;
      }
      note(groupRecipient(message));
      if (isOpen || faults.size < recipientsToOpen) return;
      if ([...faults.values()].flat().length < faultsToOpen) return;
      breaker.isOpen = true;
      onChange?.(true, receipt);
      nextProbeAt = clock.now() + pauseMs;
      nextProbeOfOthersAt = nextProbeAt;
    },
  };
  return breaker as Readonly<typeof breaker>;
}
