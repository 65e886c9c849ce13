import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/process.js';

/** A larger number needs a reason. */
const mostFunctions = 99;

test('the walk through a request names files that there are', () => {
  const page = readFileSync(join(root, 'docs/life-of-a-request.md'), 'utf8');
  const named = [...page.matchAll(/`(src\/[^`]+)`/g)].map(([, file = '']) => file);
  assert.ok(named.length >= 30);
  for (const file of named) assert.ok(existsSync(join(root, file)), file);
});

test('a request for a code passes through few functions, from the socket to the store and the transport', () => {
  const listed = execFileSync(process.execPath, ['scripts/count-functions.mjs', '--list'], {
    cwd: root,
    encoding: 'utf8',
  });
  const functions = listed.trim().split('\n').slice(0, -1);
  assert.match(listed, new RegExp(`passes through ${functions.length} functions`));
  for (const file of [
    'cli/server',
    'http/dispatcher',
    'service/request',
    'stores/memory',
    'transports/console',
  ]) {
    assert.ok(
      functions.some((line) => line.startsWith(`${file}.js:`)),
      file,
    );
  }
  assert.ok(functions.length <= mostFunctions, `${functions.length} functions`);
});
