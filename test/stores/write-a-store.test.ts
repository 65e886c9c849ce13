import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { storeVerbs } from '../../src/store-verbs.js';
import { optionalVerbs } from '../../src/testing/store.js';
import { createDocsFolder, writeBlocks } from '../helpers/docs.js';
import { root } from '../helpers/process.js';

const file = 'docs/write-a-store.md';

// That they compile against the package is tested with all the others, in test/docs.test.ts.
const folder = createDocsFolder();
writeBlocks(file, folder);
await import(join(folder, 'observed-store.test.ts'));
after(() => rmSync(folder, { recursive: true }));

test('every verb has its row', () => {
  const page = readFileSync(join(root, file), 'utf8');
  const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].map(([, names = '']) => names);
  const named = rows.flatMap((names) => names.replaceAll('`', '').split(', '));
  assert.deepEqual(named.sort(), [...storeVerbs, 'close', ...optionalVerbs].sort());
});
