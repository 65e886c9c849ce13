// Which test files there are, and which suites they belong to.
import { readdirSync } from 'node:fs';

/** `normal` and `slow` are all test files without overlap; `quick` is a part of `normal`. */
export type Suite = 'all' | 'normal' | 'slow' | 'quick';

/** Real browsers, proxies, other languages, real clusters, many kills and races, simulated years. */
const slow: readonly string[] = [];

/** What most changes concern, in one process and without another program. */
const quick: readonly string[] = [];

/** Paths from the root, in order. */
export function listTestFiles(suite: Suite): string[] {
  const all = readdirSync(new URL('../test/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
  const isIn = (names: readonly string[]) => (file: string) => names.some((name) => file.startsWith(name));
  if (suite === 'all') return all;
  if (suite === 'slow') return all.filter(isIn(slow));
  const normal = all.filter((file) => !isIn(slow)(file));
  return suite === 'normal' ? normal : normal.filter(isIn(quick));
}
