import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './process.js';

/**
 * Runs a program that declares contracts, and returns whether each test passed, by the titles of its suites and its own,
 * joined by ` > `.
 *
 * @param titles of the only tests to run. Default: all
 */
export async function runContract(program: string, titles: string[] = []): Promise<Map<string, boolean>> {
  const patterns = titles.map((title) => `--test-name-pattern=^${title}$`);
  const args = ['--import', 'tsx', '--test', '--test-reporter=tap', ...patterns, program];
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  const outcomes = new Map<string, boolean>();
  const path: string[] = [];
  for (const line of output.split('\n')) {
    const [, indent = '', title] = /^( *)# Subtest: (.*)$/.exec(line) ?? [];
    if (title !== undefined) path.splice(indent.length / 4, Number.POSITIVE_INFINITY, title);
    const ended = /^( *)(not ok|ok) \d+ - (.*)$/.exec(line);
    if (ended) outcomes.set(path.slice(0, (ended[1] ?? '').length / 4 + 1).join(' > '), ended[2] === 'ok');
  }
  return outcomes;
}
