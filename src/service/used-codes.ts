import { createRecent } from '../fast/recent.js';
import type { MonotonicClock } from '../ports.js';
import type { RecordKey } from '../store-verbs.js';

/**
 * When codes were used in this process, for the log only. The store forgets used codes, so without this a second use would
 * look like an expired code, and operators would suspect their clocks.
 */
export function createUsedCodes(options: {
  maxEntries: number;
  memorySeconds: number;
  clock: MonotonicClock;
}) {
  const { maxEntries, memorySeconds, clock } = options;
  const usedAtByName = createRecent<string, number>(maxEntries);
  const name = ({ recordTag, challenge = '' }: RecordKey) => `${recordTag} ${challenge}`;
  return {
    add: (recordKey: RecordKey) => usedAtByName.set(name(recordKey), clock.now()),
    /** Whole seconds since the code was used; undefined when unknown, or longer ago than a code lives. */
    findAge(recordKey: RecordKey): number | undefined {
      const usedAt = usedAtByName.get(name(recordKey));
      if (usedAt === undefined) return undefined;
      const age = Math.floor((clock.now() - usedAt) / 1000);
      return age < memorySeconds ? age : undefined;
    },
  };
}
