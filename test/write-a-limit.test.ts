import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDocsFolder, readCodeBlocks } from './helpers/docs.js';
import { root } from './helpers/process.js';

const page = 'docs/write-a-limit.md';
const blocks = readCodeBlocks(page);

const copy = createDocsFolder();
after(() => rmSync(copy, { recursive: true }));
for (const name of ['src', 'test/helpers', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
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

function runInCopy(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

test('a limit that is written as the page says compiles, and its test passes', () => {
  for (const { language, code, line } of blocks) {
    const [first = '', ...rest] = code.split('\n');
    if (language === 'typescript') writeFileSync(join(copy, first.replace('// ', '')), code);
    if (language !== 'diff') continue;
    let text = readFileSync(join(copy, first), 'utf8');
    for (const [before, edited] of rest.join('\n').split('@@\n').map(readHunk)) {
      const places = text.split(before).length - 1;
      assert.equal(places, 1, `${page}:${line}: ${first} has this ${places} times:\n${before}`);
      text = text.replace(before, () => edited);
    }
    writeFileSync(join(copy, first), text);
  }
  runInCopy(join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.build.json');
  runInCopy('--import', 'tsx', '--test', 'test/security/domain-limit.test.ts');
});
