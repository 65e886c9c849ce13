import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/process.js';
import { patienceMs } from './helpers/until.js';

/** So long that a position in what tsx makes of it, on a single line, is in another statement of the source. */
const source = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
interface Wide<Value extends { at: number }> { value: Value; list: readonly Value[] }
${Array.from({ length: 40 }, (_, i) => `test.skip('other ${i}', (): void => { const wide: Wide<{ at: number }>[] = []; assert.ok(wide.some(({ value }) => value.at === ${i})); });`).join('\n')}
test('fails', () => {
  const counts: readonly number[] = [1, 2];
  assert.ok(
    counts.length > 3 && counts.includes(4),
  );
});
test('has a message', () => assert.ok(false, 'this one'));
test('passes', () => assert.ok('anything'));
`;

test('a failing test is named with its line, and a failing assert.ok quotes what failed; messages are left alone', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'failing-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'failing.mts');
  writeFileSync(file, source);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--import=tsx',
      '--import=./scripts/name-failed-assertion.mjs',
      '--enable-source-maps',
      '--test-reporter=tap',
      file,
    ],
    { cwd: root, env, encoding: 'utf8', timeout: patienceMs },
  );
  assert.equal(status, 1);
  const [, quoted] = /^not ok \d+ - fails$.*?error: \|-\n(.*?)\n +code:/ms.exec(stdout) ?? [];
  assert.match(
    quoted ?? stdout,
    /falsy value:\s+assert\.ok\(\s+counts\.length > 3 && counts\.includes\(4\),\s+\);/,
  );
  const line = source.split('\n').indexOf("test('fails', () => {") + 1;
  assert.match(stdout, new RegExp(`^not ok \\d+ - fails$.*?location: '[^']*failing\\.mts:${line}:1'`, 'ms'));
  assert.match(stdout, /error: 'this one'/);
  assert.match(stdout, /^ok \d+ - passes$/m);
});
