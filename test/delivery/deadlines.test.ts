import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines, type Expiring } from '../../src/delivery/deadlines.js';
import { root, startProcess } from '../helpers/process.js';
import { until } from '../helpers/until.js';

function createExpiring(name: string, afterMs: number, told: [string, number][]): Expiring {
  const endsAt = performance.now() + afterMs;
  return { endsAt, expire: () => told.push([name, performance.now() - endsAt]) };
}

test('each is told once and not before its time, whatever the order in which they came', async () => {
  const deadlines = new Deadlines();
  const told: [string, number][] = [];
  for (const afterMs of [60, 20, 40, 1, 61, 0]) {
    deadlines.add(createExpiring(String(afterMs), afterMs, told));
  }
  await until('all are told', async () => told.length >= 6);
  assert.deepEqual(
    told.map(([name]) => Number(name)).sort((a, b) => a - b),
    [0, 1, 20, 40, 60, 61],
  );
  for (const [name, late] of told) assert.ok(late >= 0, `${name} was told ${-late} ms early`);
});

test('what has ended is never told, and what one that is told begins is told too', async () => {
  const deadlines = new Deadlines();
  const told: [string, number][] = [];
  const ended = createExpiring('ended', 10, told);
  deadlines.add(ended);
  deadlines.add({
    endsAt: performance.now() + 20,
    expire: () => deadlines.add(createExpiring('next', 5, told)),
  });
  deadlines.add(createExpiring('last', 60, told));
  deadlines.remove(ended);
  await until('the last is told', async () => told.some(([name]) => name === 'last'));
  assert.deepEqual(
    told.map(([name]) => name),
    ['next', 'last'],
  );
});

// A bad day: a script that has sent its one message hangs until the time limit of that message is over.
test('it keeps a process alive while something is under way, and no longer', async () => {
  const script = `
    import { Deadlines } from ${JSON.stringify(`${root}dist/delivery/deadlines.js`)};
    const deadlines = new Deadlines();
    const one = (afterMs, name) => ({ endsAt: performance.now() + afterMs, expire: () => console.log(name) });
    const long = one(600_000, 'long');
    deadlines.add(long);
    deadlines.remove(long);
    deadlines.add(one(20, 'short'));
  `;
  const { exited, output } = startProcess(process.execPath, ['--input-type=module', '--eval', script], {});
  assert.deepEqual(await exited, { code: 0, signal: null });
  assert.equal(output.stdout, 'short\n');
});
