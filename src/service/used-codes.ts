import type { MonotonicClock } from '../ports.js';
import type { RecordKey } from '../store-verbs.js';

/**
 * When codes were used in this process, for the log alone: the store forgets a used code, so its second use looks like that
 * of an expired one, and people look for the fault in their clocks. What another process used is not known here.
 */
export interface UsedCodes {
  add(recordKey: RecordKey): void;
  /** Whole seconds since it was used; undefined when that is not known, or longer ago than a code lives. */
  readAge(recordKey: RecordKey): number | undefined;
}

/** Two generations: when the younger is full it becomes the older, and what was in that is forgotten. */
export function createUsedCodes(options: {
  maxEntries: number;
  memorySeconds: number;
  clock: MonotonicClock;
}): UsedCodes {
  const { maxEntries, memorySeconds, clock } = options;
  let younger = new Map<string, number>();
  let older = new Map<string, number>();
  const name = ({ recordTag, challenge = '' }: RecordKey) => `${recordTag} ${challenge}`;
  return {
    add(recordKey) {
      if (younger.size >= maxEntries / 2) {
        older = younger;
        younger = new Map();
      }
      younger.set(name(recordKey), clock.now());
    },
    readAge(recordKey) {
      const usedAt = younger.get(name(recordKey)) ?? older.get(name(recordKey));
      if (usedAt === undefined) return undefined;
      const age = Math.floor((clock.now() - usedAt) / 1000);
      return age < memorySeconds ? age : undefined;
    },
  };
}
