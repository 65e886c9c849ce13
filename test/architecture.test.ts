import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/process.js';

/** Which parts of src each part may import beside itself. What is not listed may not be imported. */
const law: Record<string, string[]> = {
  core: [],
  errors: [],
  version: [],
  random: ['ports'],
  'monotonic-clock': ['ports'],
  ports: ['core', 'results', 'store-verbs'],
  'store-verbs': ['core'],
  results: ['core'],
  engine: ['core'],
  service: ['core', 'ports', 'store-verbs', 'results', 'errors'],
  stores: ['core', 'ports', 'store-verbs', 'errors'],
  transports: ['core', 'ports', 'errors'],
  delivery: ['core', 'ports', 'errors'],
  tokens: ['core', 'ports', 'results', 'errors'],
  messages: ['core', 'ports', 'errors'],
  ui: ['core', 'messages'],
  http: ['core', 'ports', 'results', 'errors', 'service', 'tokens', 'messages', 'ui', 'version'],
  adapters: ['errors', 'http', 'tokens'],
  'otp-options': ['core', 'ports', 'tokens', 'messages', 'http'],
  otp: [
    'core',
    'ports',
    'results',
    'errors',
    'otp-options',
    'random',
    'monotonic-clock',
    'service',
    'stores',
    'delivery',
    'tokens',
    'messages',
    'http',
  ],
  index: ['core', 'ports', 'results', 'errors', 'service', 'http', 'otp', 'tokens'],
  cli: ['core', 'ports', 'errors', 'stores', 'transports', 'tokens', 'ui', 'adapters', 'otp', 'version'],
};

const files = readdirSync(join(root, 'src'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));
const read = (name: string) => readFileSync(join(root, 'src', name), 'utf8');
const partOf = (name: string) => (name.split('/')[0] ?? '').replace(/\.[jt]s$/, '');

test('data flows one way: nobody imports against the law', () => {
  for (const name of files) {
    const allowed = law[partOf(name)];
    assert.ok(allowed, `${name} belongs to no part of the law`);
    for (const [, specifier = ''] of read(name).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = partOf(relative(join(root, 'src'), join(root, 'src', dirname(name), specifier)));
      assert.ok(target === partOf(name) || allowed.includes(target), `${name} must not import ${specifier}`);
    }
  }
});

test('the core is pure: no I/O, no clock, no randomness, no process', () => {
  for (const name of files.filter((name) => partOf(name) === 'core')) {
    assert.doesNotMatch(
      read(name),
      /\bDate\b(?!\.parse)|performance|Math\.random|randomBytes|getRandomValues|randomUUID|process\.|node:(fs|http|child_process)/,
      name,
    );
  }
});

test('only the command line reads the environment', () => {
  for (const name of files.filter((name) => partOf(name) !== 'cli')) {
    // Examples in documentation comments may.
    assert.doesNotMatch(read(name).replace(/^ *\*.*$/gm, ''), /process\.env/, name);
  }
});

test('the SDK imports nothing but itself', () => {
  const sources = readdirSync(join(root, 'sdk/javascript/src')).filter((name) => name.endsWith('.ts'));
  assert.ok(sources.length > 0);
  for (const name of sources) {
    const source = readFileSync(join(root, 'sdk/javascript/src', name), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/(?:from|import\(|import) *'([^']+)'/g)) {
      assert.match(specifier, /^\.\/[a-z-]+\.js$/, name);
    }
  }
});

test('every part in the law exists', () => {
  for (const part of Object.keys(law))
    assert.ok(
      files.some((name) => partOf(name) === part),
      part,
    );
});
