import { createRecent } from '../fast/recent.js';
import type { MonotonicClock } from '../ports.js';
import type { RecordKey } from '../store-verbs.js';

/**
 * When codes were used in this process, for the log alone: the store forgets a used code, so its second use looks like that
 * of an expired one, and people look for the fault in their clocks. What another process used is not known here.
 */
export interface UsedCodes {
  add(recordKey: RecordKey): void;
  /** Whole seconds since it was used; undefined when that is not known, or longer ago than a code lives. */
  findAge(recordKey: RecordKey): number | undefined;
}

export function createUsedCodes(options: {
  maxEntries: number;
  memorySeconds: number;
  clock: MonotonicClock;
}): UsedCodes {
  const { maxEntries, memorySeconds, clock } = options;
  const usedAtByName = createRecent<string, number>(maxEntries);
  const name = ({ recordTag, challenge = '' }: RecordKey) => `${recordTag} ${challenge}`;
  return {
    add: (recordKey) => usedAtByName.set(name(recordKey), clock.now()),
    findAge(recordKey) {
      const usedAt = usedAtByName.get(name(recordKey));
      if (usedAt === undefined) return undefined;
      const age = Math.floor((clock.now() - usedAt) / 1000);
      return age < memorySeconds ? age : undefined;
    },
  };
}
