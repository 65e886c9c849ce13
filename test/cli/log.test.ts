import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const log = new URL('../../src/cli/log.ts', import.meta.url).href;

/** Runs a program that has a logger, and returns what it logged. */
function run(program: string) {
  const source = `import { createLogger } from ${JSON.stringify(log)}; const logger = createLogger('info'); ${program}`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', source],
    {
      encoding: 'utf8',
    },
  );
  return stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

for (const [name, end] of Object.entries({
  'comes to its end': '',
  'is ended at once': 'process.exit(3);',
  'fails with what nobody catches': "throw new Error('a fault');",
  'fails later with what nobody catches':
    "setTimeout(() => { logger.info({ n: 'late' }, 'line'); throw 1; });",
})) {
  test(`every line is written, in its order, when the process ${name}`, () => {
    const lines = run(`for (let n = 0; n < 2000; n++) logger.info({ n }, 'line'); ${end}`);
    const numbers = Array.from({ length: 2000 }, (_, n) => n);
    assert.deepEqual(
      lines.map(({ n }) => n),
      end.includes('late') ? [...numbers, 'late'] : numbers,
    );
    const times = lines.map(({ time }) => Date.parse(time));
    assert.ok(times.every((time, i) => time >= (times[i - 1] ?? 0)));
  });
}
