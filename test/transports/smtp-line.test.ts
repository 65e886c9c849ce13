import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLine } from '../../src/transports/smtp-line.js';
import { createManualClock } from '../helpers/clock.js';

const forever = new AbortController().signal;

/** Whether each has its turn by now. */
async function seeTurns(entries: Promise<boolean>[]): Promise<(boolean | undefined)[]> {
  const turns: (boolean | undefined)[] = entries.map(() => undefined);
  entries.forEach((entry, index) => {
    entry.then((isTurn) => {
      turns[index] = isTurn;
    });
  });
  await new Promise((resolve) => setImmediate(resolve));
  return turns;
}

test('as many have their turn as there are connections, in the order in which they came', async () => {
  const line = createLine(2, createManualClock());
  const entries = [1, 2, 3, 4].map(() => line.enter(forever));
  assert.deepEqual(await seeTurns(entries), [true, true, undefined, undefined]);
  line.leave();
  assert.deepEqual(await seeTurns(entries), [true, true, true, undefined]);
});

test('a refused connection makes it narrower by those that were refused, down to one', async () => {
  const line = createLine(5, createManualClock());
  const entries = Array.from({ length: 8 }, () => line.enter(forever));
  for (const hasOthers of [true, true, true, true]) {
    assert.equal(line.shrink(), hasOthers);
    line.leave();
  }
  assert.equal((await seeTurns(entries)).filter(Boolean).length, 5);
  assert.equal(line.shrink(), false);
  line.leave();
  assert.equal((await seeTurns(entries)).filter(Boolean).length, 6);
});

test('every 30 seconds without a refusal it is wider by one, up to all connections', async () => {
  const clock = createManualClock();
  const line = createLine(3, clock);
  await line.enter(forever);
  line.shrink();
  line.leave();
  for (const [afterMs, expected] of [
    [29_999, 1],
    [30_000, 2],
    [59_999, 2],
    [60_000, 3],
    [600_000, 3],
    [-600_000, 1],
  ] as const) {
    clock.advance(afterMs);
    const entries = Array.from({ length: 5 }, () => line.enter(forever, 0));
    const turns = await seeTurns(entries);
    clock.advance(-afterMs);
    assert.equal(turns.filter(Boolean).length, expected, String(afterMs));
    // Those who wait no longer are gone before the others leave.
    await Promise.all(entries);
    for (let index = 0; index < expected; index += 1) line.leave();
  }
});

test('one that gives up leaves its place to the next, and one that was sent back is first', async () => {
  const line = createLine(1, createManualClock());
  await line.enter(forever);
  const controller = new AbortController();
  const entries = [line.enter(controller.signal), line.enter(forever), line.enter(forever, undefined, true)];
  controller.abort();
  assert.deepEqual(await seeTurns(entries), [false, undefined, undefined]);
  line.leave();
  assert.deepEqual(await seeTurns(entries), [false, undefined, true]);
  line.leave();
  assert.deepEqual(await seeTurns(entries), [false, true, true]);
  assert.equal(await line.enter(AbortSignal.abort()), false);
});
