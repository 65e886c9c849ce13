import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { createBatch } from '../../src/fast/batch.js';

test('what is added in one turn is processed once, in order, when the turn is over', async () => {
  const seen: string[][] = [];
  const batch = createBatch<string>((items) => {
    seen.push(items);
    if (items.includes('second')) batch.add('of the next turn');
  });
  batch.add('first');
  batch.add('second');
  assert.deepEqual(seen, []);
  await nextTurn();
  assert.deepEqual(seen, [['first', 'second']]);
  await nextTurn();
  assert.deepEqual(seen, [['first', 'second'], ['of the next turn']]);
  await nextTurn();
  assert.equal(seen.length, 2);
});

test('the same items come through in the same order as without a batch, however turns and flushes fall', async () => {
  const step = fc.oneof(fc.nat(9), fc.constantFrom('turn', 'flush'));
  await fc.assert(
    fc.asyncProperty(fc.array(step), async (steps) => {
      const [plain, batched]: [number[], number[]] = [[], []];
      const batch = createBatch<number>((items) => batched.push(...items));
      for (const each of steps) {
        if (each === 'turn') await nextTurn();
        else if (each === 'flush') batch.flush();
        else {
          plain.push(each);
          batch.add(each);
        }
        if (typeof each === 'string') assert.deepEqual(batched, plain);
      }
      batch.flush();
      assert.deepEqual(batched, plain);
    }),
    { seed: 1 },
  );
});
