// Runs the tests: all of them, or those whose path holds one of the arguments (npm test -- e2e store).
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(new URL('../test/', import.meta.url), { recursive: true })
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .filter(
    (name) =>
      name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
  )
  .sort();
if (files.length === 0) {
  process.stderr.write(`No test file matches ${wanted.join(', ')}\n`);
  process.exit(1);
}
const args = ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-timeout=300000', ...files];
spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }).on('exit', (status) =>
  process.exit(status ?? 1),
);
