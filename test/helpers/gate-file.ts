import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopAtEnd } from './leftovers.js';

/** A gate file in a folder of its own, removed when the tests of the file are over. */
export function createGateFile(rules: object | string) {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-gate-'));
  stopAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'gate.json');
  const write = (next: object | string) => {
    writeFileSync(`${path}.next`, typeof next === 'string' ? next : JSON.stringify(next));
    renameSync(`${path}.next`, path);
  };
  write(rules);
  return {
    folder,
    path,
    /** Replaces it in one step. */
    write,
  };
}
