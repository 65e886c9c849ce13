import assert from 'node:assert/strict';
import { chownSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runKeys } from '../../src/cli/keys.js';

const now = 1_800_000_000;
const command = { algorithm: undefined, isForced: true, tokenTtlSeconds: 900, now };

// What would fail is the next start of the service, at night and long after.
test('a rotation leaves the file to whom it belongs, behind the link by which it is known', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'key-owner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, link] = [join(folder, 'real.json'), join(folder, 'keys.json')];
  runKeys({ ...command, action: 'generate', path: file });
  symlinkSync(file, link);
  // Only root can give a file away.
  if (process.getuid?.() === 0) chownSync(file, 65_534, 65_534);
  const { uid, gid } = statSync(file);
  for (const step of ['1', '2', '3']) {
    assert.match(runKeys({ ...command, action: 'rotate', path: link }), new RegExp(`step ${step} of 3`));
    const after = statSync(file);
    assert.deepEqual([after.uid, after.gid, after.mode & 0o777], [uid, gid, 0o600]);
    assert.ok(lstatSync(link).isSymbolicLink());
  }
  assert.deepEqual(readdirSync(folder).sort(), ['keys.json', 'real.json']);
});
