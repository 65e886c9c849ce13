// Which test files there are, and which suites they belong to.
import { readdirSync } from 'node:fs';

/** Suites whose files share a process: loading the sources takes longer than most of these tests. */
export type Shared = 'core' | 'service' | 'library' | 'security';

/**
 * `normal` and `slow` are all test files without overlap. The shared suites and `apart`, whose files have a process each, are those
 * of `normal`, again without overlap.
 */
export type Suite = 'all' | 'normal' | 'slow' | 'apart' | Shared;

/** Real browsers, proxies, other languages, real clusters, servers that die, simulated years, random input by the thousand. */
export const slow: readonly string[] = [
  'test/bench-cases',
  'test/bench.test',
  'test/cli/check-connect',
  'test/cli/check-is-start',
  'test/cli/check-json',
  'test/cli/identity.test',
  'test/delivery/causes',
  'test/deploy/',
  'test/e2e/base32-code',
  'test/e2e/check-tokens',
  'test/e2e/code-field',
  'test/e2e/dev-inbox',
  'test/e2e/docker',
  'test/e2e/docs-page',
  'test/e2e/element',
  'test/e2e/gate-page',
  'test/e2e/human-check',
  'test/e2e/known-settings',
  'test/e2e/other-languages',
  'test/e2e/proxies',
  'test/e2e/redis',
  'test/e2e/sign-in',
  'test/e2e/states',
  'test/e2e/stopped-forms',
  'test/e2e/storeless',
  'test/e2e/token-rotation',
  'test/e2e/workers',
  'test/examples/django',
  'test/examples/runtimes',
  'test/faults/',
  'test/http/hostile-input',
  'test/messages/accessibility',
  'test/runbook',
  'test/runtimes/',
  'test/sdk/browser',
  'test/sdk/python',
  'test/sdk/typings',
  'test/sdk/vue-templates',
  'test/security/authorization-headers',
  'test/security/day-dump',
  'test/security/guessing',
  'test/security/keyed-back-end',
  'test/security/one-recipient',
  'test/security/pumping-at-scale',
  'test/security/refused-deliveries',
  'test/security/who-may-enter',
  'test/sign-in/looks',
  'test/stores/redis-deployments',
  'test/tokens/key-file',
  'test/write-a-limit',
];

const inFolders = (...folders: string[]) => folders.map((folder) => `test/${folder}/`);

export const shared: Record<Shared, readonly string[]> = {
  core: inFolders('core', 'vectors'),
  service: ['test/architecture', ...inFolders('http', 'service', 'tokens')],
  library: inFolders(
    'adapters',
    'delivery',
    'events',
    'fast',
    'human-check',
    'messages',
    'metrics',
    'options',
    'outcomes',
    'sign-in',
    'testing',
  ),
  security: inFolders('security'),
};

/** Those of `test:quick`: almost nothing in them starts a program. */
export const quick: readonly Shared[] = ['core', 'service'];

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
  if (suite === 'normal') return normal;
  if (suite === 'apart') return normal.filter((file) => !isIn(Object.values(shared).flat())(file));
  return normal.filter(isIn(shared[suite]));
}
