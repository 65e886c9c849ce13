import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CodeBlock, createDocsFolder, readCodeBlocks } from './helpers/docs.js';
import { root } from './helpers/process.js';
import { patienceMs } from './helpers/until.js';

const page = 'docs/write-a-limit.md';
const blocks = readCodeBlocks(page);
/** Where the second example begins, which continues the first. */
const secondLine = readFileSync(join(root, page), 'utf8').split('\n').indexOf('## A limit of verifies') + 1;
assert.ok(secondLine > 0);

const copy = createDocsFolder();
after(() => rmSync(copy, { recursive: true }));
for (const name of [
  ...['src', 'docs', 'spec', 'test/helpers', 'package.json', 'tsconfig.json', 'tsconfig.build.json'],
  // What the tests that run there look at.
  ...['test/architecture.test.ts', 'test/vectors', 'test/fast', 'scripts', 'bench', 'README.md'],
  ...['sdk/javascript/src', 'sdk/python'],
])
  cpSync(join(root, name), join(copy, name), { recursive: true });
mkdirSync(join(copy, 'test/security'));
symlinkSync(join(root, 'dist'), join(copy, 'dist'));

/** Its lines as they are before and after the edit. */
function readHunk(hunk: string): [before: string, after: string] {
  const lines = hunk.trimEnd().split('\n');
  const without = (sign: string) => {
    const kept = lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
    return `${kept.join('\n')}\n`;
  };
  return [without('+'), without('-')];
}

function apply({ language, code, line }: CodeBlock): void {
  const [first = '', ...rest] = code.split('\n');
  if (language === 'typescript') writeFileSync(join(copy, first.replace('// ', '')), code);
  if (language !== 'diff') return;
  let text = readFileSync(join(copy, first), 'utf8');
  for (const [before, edited] of rest.join('\n').split('@@\n').map(readHunk)) {
    const places = text.split(before).length - 1;
    assert.equal(places, 1, `${page}:${line}: ${first} has this ${places} times:\n${before}`);
    text = text.replace(before, () => edited);
  }
  writeFileSync(join(copy, first), text);
}

function runInCopy(...args: string[]): string {
  // With it, Node would take these tests for a part of this one, and skip them.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: copy, env, encoding: 'utf8', timeout: patienceMs } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** Compiles the copy and runs these tests of it. */
function check(...tests: string[]): void {
  runInCopy(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.build.json');
  const files = tests.map((name) => `test/${name}.test.ts`);
  const output = runInCopy('--import', 'tsx', '--test', '--test-reporter=tap', ...files);
  const [, passed] = /^# pass (\d+)$/m.exec(output) ?? [];
  assert.ok(Number(passed) > tests.length, output);
}

test('a limit that is written as the page says compiles, and its tests pass', () => {
  for (const block of blocks) if (block.line < secondLine) apply(block);
  check('architecture', 'vectors/protocol', 'security/domain-limit');
});

test('so does the limit of verifies that the page adds to it', () => {
  for (const block of blocks) if (block.line > secondLine) apply(block);
  check('architecture', 'security/domain-limit', 'security/verify-domain');
});
