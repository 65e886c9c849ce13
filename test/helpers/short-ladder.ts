import type { Store } from '../../src/index.js';
import { createMemoryStore, type MemoryStoreOptions } from '../../src/stores/memory.js';

/** A memory store whose first send to each person is free; the next ones take a human check. */
export function createShortLadder(options: MemoryStoreOptions & { free?: number } = {}): Store {
  const { free = 1, ...rest } = options;
  const store = createMemoryStore(rest);
  const sent = new Map<string, number>();
  return {
    ...store,
    async open(request) {
      const before = sent.get(request.identityTag) ?? 0;
      const isChecked = request.day?.canBeAsked === true && request.day.isOnSecondStep;
      if (before >= free && !isChecked) {
        return {
          status: 'limited',
          // A limit whose puzzles are the easiest.
          limit: 'cooldown',
          retryAfterMs: 7_200_000,
          isHelpedByCheck: true,
        };
      }
      const opened = await store.open(request);
      if (opened.status === 'opened') sent.set(request.identityTag, before + 1);
      return opened;
    },
  };
}
