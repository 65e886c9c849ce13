// Runs the tests on another version of Node: npm run test:node -- 24 [words, as for npm test]
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode } from './install-node.mjs';

const [version, ...words] = process.argv.slice(2);
if (version === undefined || version === '--help') {
  process.stderr.write(
    'Usage: npm run test:node -- VERSION [words]\n\nOn that version of Node, such as 24, runs the test files whose path holds one of the words, or those of npm test.\n',
  );
  process.exit(version === undefined ? 2 : 0);
}
const bin = installOrExit(version);
const node = join(bin, 'node');
process.stdout.write(`Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}\n`);
// First on the path too: tests start `node` and `npm` themselves.
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
const tests = fileURLToPath(new URL('test.ts', import.meta.url));
const args = ['--import', import.meta.resolve('tsx'), tests, ...words];
spawn(node, args, { env, stdio: 'inherit' }).on('exit', (status) => process.exit(status ?? 1));

/** @param {string} wanted */
function installOrExit(wanted) {
  try {
    return installNode(wanted);
  } catch (error) {
    process.stderr.write(`test:node: ${error.message}\n`);
    process.exit(error instanceof RangeError ? 2 : 1);
  }
}
