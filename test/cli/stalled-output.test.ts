import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputKinds, startStalled } from '../helpers/stalled-reader.js';
import { until } from '../helpers/until.js';

const log = new URL('../../src/cli/log.ts', import.meta.url).href;
const padding = 1000;
const lineCount = 2000;

/** Logs ten lines a turn until there are far more than may wait, then one when it is told to, and ends. */
const program = (end: string) => `
import { writeSync } from 'node:fs';
import { createLogger } from ${JSON.stringify(log)};
const logger = createLogger('error');
const readMemory = () => (gc(), process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
const before = readMemory();
for (let n = 0; n < ${lineCount}; n++) {
  logger.error({ n, padding: 'x'.repeat(${padding}) }, 'line');
  if (n % 10 === 9) await new Promise(setImmediate);
}
process.on('SIGTERM', () => { ${end} });
setInterval(() => {}, 60_000);
console.log('grown by', readMemory() - before, '.');
`;
const run = (end: string) => [
  process.execPath,
  '--expose-gc',
  '--import',
  'tsx',
  '--input-type=module',
  '--eval',
  program(end),
];

for (const kind of outputKinds) {
  // Attack: be the collector of the log, and stop reading.
  test(`a ${kind} that nobody reads stops no process, and the lines dropped are reported once it is read`, async () => {
    const stalled = startStalled(kind, run("logger.error({ n: 'last' }, 'line'); process.exit(3);"));
    const [, grown] = await stalled.waitFor(/grown by (-?\d+) /);
    assert.ok(Number(grown) < 8 * 1024 * 1024, `memory grew by ${grown} bytes`);
    stalled.read();
    await until('a report', () => stalled.output.stderr.includes('dropped'));
    assert.deepEqual(await stalled.stop(), { code: 3, signal: null });

    const lines = stalled.readLines();
    const written = lines.flatMap(({ n }) => (typeof n === 'number' ? [n] : []));
    assert.deepEqual(
      written,
      Array.from(written, (_, n) => n),
      'the first lines, in their order',
    );
    const dropped = lines.reduce((sum, line) => sum + Number(line['dropped'] ?? 0), 0);
    assert.equal(written.length + dropped, lineCount);
    assert.ok(written.length * (padding + 100) >= 256 * 1024, 'what may wait is kept');
    assert.equal(lines.at(-1)?.['n'], 'last');
  });

  test(`a ${kind} that nobody reads does not keep a process from ending`, async () => {
    const stalled = startStalled(
      kind,
      run("process.on('exit', () => writeSync(1, 'ended')); process.exit(3);"),
    );
    await stalled.waitFor(/grown by/);
    process.kill(-(stalled.child.pid as number), 'SIGTERM');
    await stalled.waitFor(/ended/);
    stalled.read();
    assert.deepEqual(await stalled.exited, { code: 3, signal: null });
  });
}
