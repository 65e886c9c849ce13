import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../src/human-check/altcha.js';
import { settle } from '../helpers/clock.js';

test('two run at once, the others in the order in which they came, and failures give their place back', async () => {
  const takeTurn = createTurns(2, 10);
  const started: number[] = [];
  const ends: ((failed: boolean) => void)[] = [];
  const tasks = Array.from({ length: 5 }, (_, index) =>
    takeTurn(
      () =>
        new Promise<void>((resolve, reject) => {
          started.push(index);
          ends.push((failed) => (failed ? reject(new Error('failed')) : resolve()));
        }),
    ).catch(() => 'failed'),
  );
  await settle();
  assert.deepEqual(started, [0, 1]);
  for (let index = 0; index < 5; index++) {
    ends[index]?.(index % 2 === 0);
    await settle();
    assert.deepEqual(started, [0, 1, 2, 3, 4].slice(0, Math.min(5, index + 3)));
  }
  assert.deepEqual(await Promise.all(tasks), ['failed', undefined, 'failed', undefined, 'failed']);
});

test('when too many wait, the next one is refused and nobody loses a place', async () => {
  // Attack: send a flood of signed puzzles with wrong solutions.
  const takeTurn = createTurns(1, 2);
  let end = () => {};
  const first = takeTurn(() => new Promise<void>((resolve) => (end = resolve)));
  const waiting = [takeTurn(async () => 'second'), takeTurn(async () => 'third')];
  await assert.rejects(
    takeTurn(async () => 'fourth'),
    { code: 'overloaded' },
  );
  end();
  assert.deepEqual(await Promise.all([first, ...waiting]), [undefined, 'second', 'third']);
  assert.equal(await takeTurn(async () => 'fifth'), 'fifth');
});
