import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = new URL('../', import.meta.url);
export const stampFile = new URL('dist/.stamp', root);

const sources = ['src/', 'sdk/javascript/src/'];
const settings = [
  'tsconfig.json',
  'tsconfig.build.json',
  'sdk/javascript/tsconfig.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/bundle-cli.mjs',
  'scripts/build-sdk.mjs',
];

/** A hash of everything the build reads, or null where there are no sources (in the published package). */
export function readSourceStamp() {
  if (sources.some((folder) => !existsSync(new URL(folder, root)))) return null;
  const files = sources
    .flatMap((folder) => readdirSync(new URL(folder, root), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(fileURLToPath(root), join(entry.parentPath, entry.name)))
    .sort();
  const hash = createHash('sha256');
  // Names as seen from the root, so that a tree that was built and then moved is not stale.
  for (const name of [...files, ...settings]) {
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(new URL(name, root)))
      .update('\0');
  }
  return hash.digest('hex');
}
