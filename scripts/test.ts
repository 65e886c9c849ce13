// Runs tests: npm test, npm run test:slow and npm run test:quick run a suite each, or of all suites the files whose path
// contains one of the words (npm test -- e2e store). With --together these share one process.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listTestFiles, quick, shared } from './test-files.js';

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { slow: { type: 'boolean' }, quick: { type: 'boolean' }, together: { type: 'boolean' } },
});

const files = listFiles();
if (files.length === 0) {
  process.stderr.write(`No test file matches ${words.join(', ')}\n`);
  process.exit(1);
}
const together = ['--input-type=module', '--eval', files.map((file) => `import './${file}';`).join('\n')];
// Node would leave one core idle.
const apart = ['--test', `--test-concurrency=${availableParallelism()}`, ...files];
const args = [
  '--import=tsx',
  `--import=${new URL('name-failed-assertion.mjs', import.meta.url)}`,
  // Where a failing test is, in its source: tsx makes a single line of that.
  '--enable-source-maps',
  '--test-reporter=spec',
  // Also holds for each process as a whole.
  '--test-timeout=900000',
  ...(values.together ? together : apart),
];
spawn(process.execPath, args, { cwd: fileURLToPath(new URL('../', import.meta.url)), stdio: 'inherit' }).on(
  'exit',
  (status) => process.exit(status ?? 1),
);

function listFiles(): string[] {
  if (words.length > 0) {
    const suite = values.quick ? quick.flatMap(listTestFiles) : listTestFiles(values.slow ? 'slow' : 'all');
    return suite.filter((name) => words.some((word) => name.includes(word)));
  }
  if (values.slow) return listTestFiles('slow');
  if (values.quick) return toFiles(quick);
  // Node starts files in the order of their names, and so begins with the shared processes, which take longest.
  return [...listTestFiles('apart'), ...toFiles(Object.keys(shared))];
}

function toFiles(suites: readonly string[]): string[] {
  return suites.map((suite) => `scripts/tests-together/${suite}.ts`);
}
