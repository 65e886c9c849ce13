import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import timers, { setImmediate } from 'node:timers/promises';
import { joinBatch } from '../../src/fast/batch.js';

const nextTurn = setImmediate;

/** What happens in which order: callers join, and a turn of the event loop ends. */
function createTrace() {
  const seen: string[] = [];
  return {
    seen,
    async join(name: string, steps = 1) {
      await joinBatch();
      for (let step = 0; step < steps; step++) {
        seen.push(`${name}${step}`);
        await undefined;
      }
    },
  };
}

test('callers of one turn continue together, in order, when the turn is over', async () => {
  const { seen, join } = createTrace();
  const all = Promise.all([join('a'), join('b'), join('c')]);
  await undefined;
  assert.deepEqual(seen, []);
  await nextTurn();
  assert.deepEqual(seen, ['a0', 'b0', 'c0']);
  await all;
});

// Each step is done for one request after the other: that is what keeps the code warm.
test('their steps alternate, and no other callback comes between', async () => {
  const { seen, join } = createTrace();
  const all = Promise.all([join('a', 2), join('b', 2)]);
  globalThis.setImmediate(() => seen.push('later'));
  await all;
  await nextTurn();
  assert.deepEqual(seen, ['a0', 'b0', 'a1', 'b1', 'later']);
});

test('a caller that joins while a batch is under way is in the next one', async () => {
  const { seen, join } = createTrace();
  const first = join('a').then(() => join('of the next turn '));
  await nextTurn();
  assert.deepEqual(seen, ['a0']);
  await nextTurn();
  await nextTurn();
  assert.deepEqual(seen, ['a0', 'of the next turn 0']);
  await first;
});

// A bad day: a test of an app puts fake timers in place, and every request of the process waits for them ever after.
test('a batch does not wait for timers that a test has faked', async (t) => {
  t.mock.method(timers, 'setImmediate', () => new Promise(() => {}));
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const { seen, join } = createTrace();
  void join('a');
  await nextTurn();
  assert.deepEqual(seen, ['a0']);
});
