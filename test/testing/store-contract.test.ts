import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../src/ports.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { describeStore } from '../../src/testing/index.js';
import { optionalVerbs } from '../../src/testing/store.js';
import { createManualClock } from '../helpers/clock.js';
import { runContract } from '../helpers/contract.js';
import { brokenStores } from './broken-stores.js';

describeStore(
  'a store with nothing optional',
  async () => {
    const clock = createManualClock();
    const store: Store = { ...createMemoryStore({ clock }) };
    for (const verb of optionalVerbs) delete store[verb];
    return {
      connect: async () => store,
      advance: async (ms) => clock.advance(ms),
      close: () => store.close(),
    };
  },
  { without: optionalVerbs },
);

// Attack: any that the contract stops, on a store that passes although it is broken.
test('each broken store fails the test that is there for its fault', async () => {
  const expected = Object.entries(brokenStores).map(([fault, { noticedBy }]) => ({ fault, noticedBy }));
  const titles = expected.map(({ noticedBy }) => noticedBy.split(' > ').at(-1) ?? '');
  const outcomes = await runContract('test/testing/broken-contract.ts', titles);
  for (const { fault, noticedBy } of expected) {
    const path = `a store that ${fault} keeps the store contract > ${noticedBy}`;
    assert.equal(outcomes.get(path), false, path);
  }
});
