import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createJsonItems } from '../../src/fast/repeated-json.js';

const objects = [[1, 2], ['a'], { b: 1 }, []];
const item: fc.Arbitrary<unknown> = fc.oneof(
  fc.array(fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant([1]), fc.constant([[]])), { maxLength: 3 }),
  fc.constantFrom<unknown>(...objects, true, false, null, 0, 5, 'x', '"'),
  fc.string({ unit: 'binary' }),
  fc.integer(),
);

test('a list is written as JSON.stringify writes it, however often and in whatever order lists come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(item, { maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 60 }),
      (lists, order) => {
        const write = createJsonItems();
        for (const index of order) {
          const list = lists[index % lists.length] as unknown[];
          assert.equal(`[${write([...list])}]`, JSON.stringify(list));
        }
      },
    ),
    { seed: 4711, numRuns: 500 },
  );
});
