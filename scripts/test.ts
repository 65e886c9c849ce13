// Runs tests: npm test, npm run test:slow and npm run test:quick run a suite each, or of all suites the files whose path
// holds one of the words (npm test -- e2e store).
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listTestFiles } from './test-files.js';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { slow: { type: 'boolean' }, quick: { type: 'boolean' } },
});
const named = values.slow ? 'slow' : values.quick ? 'quick' : undefined;
const files = listTestFiles(named ?? (words.length > 0 ? 'all' : 'normal')).filter(
  (name) => words.length === 0 || words.some((word) => name.includes(word)),
);
if (files.length === 0) {
  process.stderr.write(`No test file matches ${words.join(', ')}\n`);
  process.exit(1);
}
const args = [
  '--import=tsx',
  '--test',
  '--test-reporter=spec',
  '--test-timeout=300000',
  // Node would leave one core idle.
  `--test-concurrency=${availableParallelism()}`,
  ...files,
];
spawn(process.execPath, args, { cwd: fileURLToPath(new URL('../', import.meta.url)), stdio: 'inherit' }).on(
  'exit',
  (status) => process.exit(status ?? 1),
);
