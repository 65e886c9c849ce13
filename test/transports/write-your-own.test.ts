import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDocsFolder, writeBlocks } from '../helpers/docs.js';

// That it compiles against the package is tested with all the others, in test/docs.test.ts.
const folder = createDocsFolder();
writeBlocks('docs/transports/write-your-own.md', folder);
await import(join(folder, 'pigeon.test.ts'));
after(() => rmSync(folder, { recursive: true }));

test('the example is short', () => {
  const lines = readFileSync(join(folder, 'pigeon.ts'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  assert.ok(lines.length <= 46, String(lines.length));
});
