// The store contract on each broken store, as a program of its own: see `store-contract.test.ts`.
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { describeStore } from '../../src/testing/index.js';
import { createManualClock } from '../helpers/clock.js';
import { brokenStores } from './broken-stores.js';

for (const [fault, { change }] of Object.entries(brokenStores)) {
  describeStore(`a store that ${fault}`, async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock }) as Required<Store>;
    return {
      connect: async () => ({ ...store, ...change(store, clock) }) as Store,
      advance: async (ms) => clock.advance(ms),
      close: () => store.close(),
    };
  });
}
