import type { Lengthening } from '../../ports.js';
import { createCounterColumn, none } from './column.js';
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
  const guesses = createCounterColumn();
  const table = createExpiringTable(maxEntries, (row) => guesses.set(row, 0));
  return {
    haveReached(identityTag, { after }, now) {
      if (after === 0) return false;
      const row = table.find(identityTag, now);
      return row === none ? !table.hasRoom(now) : guesses.get(row) >= after;
    },
    count(identityTag, { after, memorySeconds }, now) {
      if (after === 0) return;
      const row = table.findOrAdd(identityTag, now + memorySeconds * 1000, now);
      if (row !== none) guesses.set(row, guesses.get(row) + 1);
    },
    takeBack(identityTag, now) {
      const row = table.find(identityTag, now);
      if (row === none) return;
      const left = guesses.get(row) - 1;
      if (left > 0) guesses.set(row, left);
      else table.remove(row);
    },
  };
}
