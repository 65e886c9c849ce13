import type { Lengthening } from '../../store-verbs.js';
import { ExpiringTable, firstField } from './expiring-table.js';
import type { Key } from './key.js';
import { none } from './rows.js';

/** How many guesses that were not right each identity has against it, kept from the first for a fixed time. */
export interface GuessCounts {
  /** Whether codes must be long. A count that there is no room to keep is as good as reached. */
  haveReached(identity: Key, lengthening: Lengthening, now: number): boolean;
  count(identity: Key, lengthening: Lengthening, now: number): void;
  takeBack(identity: Key, now: number): void;
}

const countField = firstField;

/** @param maxEntries how many identities may have a count at once */
export function createGuessCounts(maxEntries: number): GuessCounts {
  const table: ExpiringTable = new ExpiringTable({
    maxEntries,
    fields: 1,
    clear: (row) => table.rows.setWord(row, countField, 0),
  });
  const { rows } = table;
  return {
    haveReached(identity, { after }, now) {
      if (after === 0) return false;
      const row = table.find(identity, now);
      return row === none ? !table.hasRoom(now) : rows.word(row, countField) >= after;
    },
    count(identity, { after, memorySeconds }, now) {
      if (after === 0) return;
      const row = table.findOrAdd(identity, now + memorySeconds * 1000, now);
      if (row !== none) rows.setWord(row, countField, rows.word(row, countField) + 1);
    },
    takeBack(identity, now) {
      const row = table.find(identity, now);
      if (row === none) return;
      const left = rows.word(row, countField) - 1;
      if (left > 0) rows.setWord(row, countField, left);
      else table.remove(row);
    },
  };
}
