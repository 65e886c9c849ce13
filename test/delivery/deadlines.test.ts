import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, type Expiring } from '../../src/delivery/deadlines.js';
import { createManualMonotonicClock } from '../helpers/clock.js';
import { root, startProcess } from '../helpers/process.js';

function createKit() {
  const clock = createManualMonotonicClock();
  const deadlines = new Deadlines(clock);
  const told: [name: string, at: number][] = [];
  const createExpiring = (name: string, afterMs: number): Expiring => ({
    endsAt: clock.now() + afterMs,
    expire: () => told.push([name, clock.now()]),
  });
  return { clock, deadlines, told, createExpiring };
}

test('each is told once and not before its time, whatever the order in which they came', () => {
  const { clock, deadlines, told, createExpiring } = createKit();
  for (const afterMs of [60, 20, 40, 1, 61, 0]) deadlines.add(createExpiring(String(afterMs), afterMs));
  clock.advance(1000);
  assert.deepEqual(told, [
    ['1', 1],
    ['0', 1],
    ['20', 20],
    ['40', 40],
    ['60', 60],
    ['61', 61],
  ]);
});

test('what has ended is never told, and what one that is told begins is told too', () => {
  const { clock, deadlines, told, createExpiring } = createKit();
  const ended = createExpiring('ended', 10);
  deadlines.add(ended);
  deadlines.add({ endsAt: 20, expire: () => deadlines.add(createExpiring('next', 5)) });
  deadlines.add(createExpiring('last', 60));
  deadlines.remove(ended);
  clock.advance(1000);
  assert.deepEqual(told, [
    ['next', 25],
    ['last', 60],
  ]);
});

// A bad day: a script that has sent its one message hangs until the time limit of that message is over.
test('it keeps a process alive while something is under way, and no longer', async () => {
  const script = `
    import { Deadlines } from ${JSON.stringify(`${root}dist/delivery/deadlines.js`)};
    import { processClock } from ${JSON.stringify(`${root}dist/monotonic-clock.js`)};
    const deadlines = new Deadlines(processClock);
    const one = (afterMs, name) => ({ endsAt: processClock.now() + afterMs, expire: () => console.log(name) });
    const long = one(600_000, 'long');
    deadlines.add(long);
    deadlines.remove(long);
    deadlines.add(one(1, 'short'));
  `;
  const { exited, output } = startProcess(process.execPath, ['--input-type=module', '--eval', script], {});
  assert.deepEqual(await exited, { code: 0, signal: null });
  assert.equal(output.stdout, 'short\n');
});
