import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/process.js';

test('what was built is not built again, also in another place; what is stale is, or says what is missing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-build-'));
  const buildIfStale = () =>
    spawnSync(process.execPath, ['scripts/build-if-stale.mjs'], { cwd: folder, encoding: 'utf8' });
  try {
    for (const name of [
      'src',
      'dist',
      'scripts',
      'sdk',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    const fresh = buildIfStale();
    assert.deepEqual([fresh.status, fresh.stderr], [0, '']);
    appendFileSync(join(folder, 'src/version.ts'), '\n');
    const stale = buildIfStale();
    assert.equal(stale.status, 1);
    assert.match(stale.stderr, /building needs the development dependencies: run npm ci first\n$/);
    // As in the published package: no sources, nothing to build.
    rmSync(join(folder, 'src'), { recursive: true });
    assert.equal(buildIfStale().status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
