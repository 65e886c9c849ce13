import type { Lengthening } from '../ports.js';
import { createExpiringTable } from './expiring-table.js';

/** How many guesses that were not right each identity has against it, kept from the first for a fixed time. */
export interface GuessCounts {
  /** Whether codes must be long. A count that there is no room to keep is as good as reached. */
  haveReached(identityTag: string, lengthening: Lengthening, now: number): boolean;
  count(identityTag: string, lengthening: Lengthening, now: number): void;
  takeBack(identityTag: string, now: number): void;
}

/** @param maxEntries how many identities may have a count at once */
export function createGuessCounts(maxEntries: number): GuessCounts {
  const counts = createExpiringTable<{ guesses: number; expiresAt: number }>(maxEntries);
  return {
    haveReached(identityTag, { after }, now) {
      if (after === 0) return false;
      const entry = counts.get(identityTag, now);
      return entry ? entry.guesses >= after : !counts.hasRoom(now);
    },
    count(identityTag, { after, memorySeconds }, now) {
      if (after === 0) return;
      const entry = counts.get(identityTag, now);
      if (entry) entry.guesses += 1;
      else counts.set(identityTag, { guesses: 1, expiresAt: now + memorySeconds * 1000 }, now);
    },
    takeBack(identityTag, now) {
      const entry = counts.get(identityTag, now);
      if (!entry) return;
      entry.guesses -= 1;
      if (entry.guesses <= 0) counts.delete(identityTag);
    },
  };
}
