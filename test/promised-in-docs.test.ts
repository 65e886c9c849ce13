import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from './helpers/process.js';
import { findUnproven, readBlocks } from './helpers/promises.js';

/** The pages whose promises are held by tests, each of which is named after what it holds. */
const pages = ['SECURITY.md', 'docs/limits.md', 'docs/gate.md', 'docs/delivery.md', 'docs/redis.md'];

const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Whether a file of tests, such as `security/strangers` or `testing/store/hit`, has a test or suite of exactly this title. */
function hasTest(file: string, title: string): boolean {
  const path = [`test/${file}.test.ts`, `test/${file}.ts`, `src/${file}.ts`].find((name) =>
    existsSync(join(root, name)),
  );
  if (path === undefined) return false;
  const source = read(path);
  return ["'", '"', '`'].some((quote) =>
    ['test', 'describe'].some((call) =>
      source.replace(/\(\s+/g, '(').includes(`${call}(${quote}${title}${quote}`),
    ),
  );
}

for (const page of pages) {
  test(`every statement of ${page} names a test that attacks it, or is background`, () => {
    assert.deepEqual(findUnproven(read(page), hasTest), []);
  });
}

// Attack: promise something that nobody has tried.
describe('a promise without a test', () => {
  const sentence = 'No code is ever accepted twice.';
  const problemsOf = (text: string) => findUnproven(text, hasTest);

  test('is found wherever it is added', () => {
    for (const page of pages) {
      const lines = read(page).split('\n');
      const blocks = readBlocks(lines.join('\n'));
      assert.ok(blocks.length > 10);
      for (const { line } of blocks) {
        const text = lines[line - 1] ?? '';
        const changed = text.startsWith('|')
          ? lines.toSpliced(line + 1, 0, `| ${sentence} | | |`)
          : lines.toSpliced(line - 1, 1, text.replace(/^([-*] |\d+\. )?/, `$1${sentence} `));
        assert.notDeepEqual(problemsOf(changed.join('\n')), [], `${page}:${line}`);
        const next = lines.toSpliced(line - 1, 0, sentence, '');
        assert.notDeepEqual(problemsOf(next.join('\n')), [], `${page}:${line}`);
      }
    }
  });

  test('is found when its test is renamed, moved or removed', () => {
    const mark = (text: string) => `${sentence}\n<!-- 1 ${text} -->\n`;
    const title = 'silent verifies lock nobody out';
    assert.deepEqual(problemsOf(mark(`security/strangers: ${title}`)), []);
    for (const wrong of [
      `security/strangers: ${title}.`,
      `security/stranger: ${title}`,
      'security/strangers: silent',
    ]) {
      assert.equal(problemsOf(mark(wrong)).length, 1, wrong);
    }
  });

  test('is no background by mistake: what is not understood is refused', () => {
    for (const mark of [
      'background',
      '1',
      '1 Background',
      '1-2 background',
      '0 background',
      'see security/strangers',
    ]) {
      let problems: string[] = [];
      try {
        problems = problemsOf(`${sentence}\n<!-- ${mark} -->\n`);
      } catch (error) {
        problems = [String(error)];
      }
      assert.notDeepEqual(problems, [], mark);
    }
    assert.throws(() => problemsOf('<!-- background -->\n'), /a comment without anything before it/);
  });
});
