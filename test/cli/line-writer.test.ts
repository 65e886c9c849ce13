import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type TestContext, test } from 'node:test';
import { createLineWriter } from '../../src/cli/line-writer.js';
import { createSeededRandom } from '../helpers/seeded-random.js';

/** What a pipe takes whole or not at all. */
const pipeBuf = 4096;
const maxWaitingLength = 256 * 1024;

/** What becomes of one write: how many bytes are taken at most, or the code of its error. */
type Outcome = number | 'EAGAIN' | 'ENOSPC' | 'EPIPE';

/** A writer whose system calls end as the test says. */
function createKit(t: TestContext, decide: () => Outcome) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const writes: string[] = [];
  const written: Buffer[] = [];
  t.mock.method(fs, 'writeSync', (_fd: number, bytes: Buffer, offset = 0, length = bytes.length) => {
    const outcome = decide();
    if (typeof outcome === 'string') throw Object.assign(new Error(outcome), { code: outcome });
    const part = Buffer.from(bytes.subarray(offset, offset + length));
    writes.push(part.toString());
    written.push(part.subarray(0, outcome));
    return Math.min(part.length, outcome);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const writer = createLineWriter(2, (count) => `dropped ${count}\n`);
  const readLines = () => Buffer.concat(written).toString().split('\n');
  return { writer, writes, readLines };
}

const endTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
const countDropped = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Number(/^dropped (\d+)$/.exec(line)?.[1] ?? 0), 0);

/** A number that is found again at both ends of its line. */
const formatLine = (n: number, length: number, text: string) => `<${n}:${text.repeat(length)}:${n}>\n`;
const findNumber = (line: string) => Number(/^<(\d+):.*:\1>$/s.exec(line)?.[1] ?? -1);

test('whatever the reader takes, each line is written whole and in order, or counted', async (t) => {
  const random = createSeededRandom('line writer');
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Buffer.from(random.bytes(4)).readUInt32BE() % items.length] ?? items[0];
  const takesAll: [Outcome, ...Outcome[]] = [Number.POSITIVE_INFINITY];
  const moods: [[Outcome, ...Outcome[]], ...[Outcome, ...Outcome[]][]] = [
    takesAll,
    ['EAGAIN'],
    [7, 500, pipeBuf, 'EAGAIN'],
    [500, 60_000, 'ENOSPC'],
    ['EPIPE'],
    [60_000, 'EAGAIN'],
  ];
  let mood = takesAll;
  const { writer, readLines } = createKit(t, () => pick(mood));
  let count = 0;
  for (let turn = 0; turn < 500; turn++) {
    mood = pick(moods);
    for (let lines = pick([0, 1, 3, 8]); lines > 0; lines--) {
      writer.write(formatLine(count++, pick([10, 100, 1000, 5000, 30_000]), pick(['x', 'é', '漢', '😀'])));
    }
    if (turn % 50 === 0) writer.write(formatLine(count++, 300_000, 'x'));
    await endTurn();
    t.mock.timers.tick(pick([1, 20, 60]));
  }
  mood = takesAll;
  writer.flush();

  const lines = readLines();
  const numbers = lines.map(findNumber).filter((n) => n >= 0);
  assert.equal(lines.pop(), '');
  assert.ok(numbers.length > count / 4, `only ${numbers.length} of ${count} were written`);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  );
  assert.equal(numbers.length + countDropped(lines), count);
});

// Attack: put letters outside ASCII into the log, so that the lines of workers that share a pipe get mixed up.
test('lines that a pipe takes whole are written whole, in any script', async (t) => {
  const { writer, writes } = createKit(t, () => Number.POSITIVE_INFINITY);
  const given = [100, 1000, 1300, 400, 3, 2000, 10, 1000, 1000, 1000].map((length, n) =>
    formatLine(n, length, n % 2 === 0 ? '漢' : 'é'),
  );
  for (const line of given) writer.write(line);
  await endTurn();
  assert.equal(writes.join(''), given.join(''));
  const sizes = writes.map((text) => ({
    bytes: Buffer.byteLength(text),
    lines: text.split('\n').length - 1,
  }));
  for (const { bytes, lines } of sizes) assert.ok(bytes <= pipeBuf || lines === 1, `${bytes} bytes at once`);
  assert.ok(writes.every((text) => text.endsWith('\n')));
  assert.ok(writes.length < given.length, 'short lines share a write');
});

test('a line that is longer than what may wait is reported, though no other follows', async (t) => {
  const { writer, readLines } = createKit(t, () => Number.POSITIVE_INFINITY);
  writer.write(formatLine(0, maxWaitingLength, 'x'));
  await endTurn();
  assert.deepEqual(readLines(), ['dropped 1', '']);
  writer.write(formatLine(1, maxWaitingLength, 'x'));
  writer.flush();
  assert.deepEqual(readLines(), ['dropped 1', 'dropped 1', '']);
});

test('a disk that is full for a while costs the lines of that time, and no later one', async (t) => {
  const outcomes: Outcome[] = [5, 'ENOSPC'];
  const { writer, readLines } = createKit(t, () => outcomes.shift() ?? Number.POSITIVE_INFINITY);
  for (const n of [0, 1, 2]) {
    writer.write(formatLine(n, 3, 'x'));
    await endTurn();
  }
  assert.deepEqual(readLines(), ['<0:xx', 'dropped 1', '<1:xxx:1>', '<2:xxx:2>', '']);
});

test('a process whose reader is gone ends at once', async (t) => {
  let calls = 0;
  const { writer } = createKit(t, () => {
    calls += 1;
    return 'EPIPE';
  });
  writer.write(formatLine(0, 3, 'x'));
  writer.flush();
  assert.equal(calls, 1);
  await endTurn();
});
