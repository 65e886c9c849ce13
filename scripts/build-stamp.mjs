import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const root = new URL('../', import.meta.url);
export const stampFile = new URL('dist/.stamp', root);

/** A hash of everything the build reads, or null where there are no sources (in the published package). */
export function readSourceStamp() {
  if (!existsSync(new URL('src/', root))) return null;
  const files = readdirSync(new URL('src/', root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'];
  const hash = createHash('sha256');
  for (const file of [...files, ...settings.map((name) => new URL(name, root))]) {
    hash.update(String(file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
