import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/process.js';

/** Which parts of src each part may import besides itself. What is not listed may not be imported. */
const law: Record<string, string[]> = {
  fast: [],
  core: ['fast'],
  errors: [],
  files: [],
  closing: ['errors'],
  runtime: [],
  'under-way': [],
  version: [],
  'monotonic-clock': ['ports', 'runtime'],
  ports: ['core', 'outcomes', 'results', 'store-verbs', 'count-verbs', 'inspect-verb'],
  outcomes: ['core', 'errors', 'fast', 'ports'],
  metrics: ['core', 'events', 'fast', 'outcomes', 'ports', 'store-verbs'],
  events: ['core', 'fast', 'outcomes', 'ports', 'transports', 'under-way'],
  'count-verbs': ['core'],
  'open-verb': ['core', 'count-verbs'],
  'store-verbs': ['core', 'count-verbs', 'open-verb'],
  'inspect-verb': ['core'],
  results: ['core'],
  engine: ['core', 'fast'],
  service: [
    'outcomes',
    'core',
    'fast',
    'ports',
    'store-verbs',
    'count-verbs',
    'inspect-verb',
    'results',
    'errors',
    'under-way',
  ],
  stores: [
    'core',
    'fast',
    'monotonic-clock',
    'ports',
    'store-verbs',
    'count-verbs',
    'inspect-verb',
    'errors',
  ],
  transports: ['core', 'ports', 'runtime', 'errors'],
  delivery: ['outcomes', 'core', 'ports', 'errors'],
  tokens: ['outcomes', 'core', 'fast', 'ports', 'results', 'runtime', 'errors'],
  messages: ['core', 'fast', 'files', 'html', 'ports', 'errors'],
  html: [],
  http: [
    'closing',
    'outcomes',
    'html',
    'core',
    'files',
    'ports',
    'results',
    'errors',
    'service',
    'tokens',
    'version',
  ],
  'sign-in': [
    'outcomes',
    'core',
    'fast',
    'ports',
    'results',
    'errors',
    'service',
    'tokens',
    'messages',
    'html',
    'http',
  ],
  adapters: ['core', 'errors', 'fast', 'http', 'tokens'],
  'human-check': ['core', 'errors', 'fast', 'outcomes', 'ports', 'transports'],
  'gate-file': ['core', 'files', 'outcomes', 'ports'],
  options: [
    'core',
    'events',
    'gate-file',
    'human-check',
    'metrics',
    'outcomes',
    'ports',
    'store-verbs',
    'stores',
    'transports',
    'tokens',
    'messages',
    'http',
    'sign-in',
  ],
  wire: [
    'closing',
    'core',
    'metrics',
    'events',
    'human-check',
    'outcomes',
    'fast',
    'ports',
    'results',
    'service',
    'delivery',
    'tokens',
    'messages',
    'http',
    'sign-in',
    'options',
    'under-way',
  ],
  otp: ['core', 'ports', 'monotonic-clock', 'results', 'http', 'options', 'wire'],
  index: ['core', 'outcomes', 'ports', 'results', 'errors', 'messages', 'service', 'http', 'otp', 'tokens'],
  testing: ['core', 'ports', 'store-verbs', 'count-verbs'],
  cli: [
    'core',
    'metrics',
    'outcomes',
    'fast',
    'monotonic-clock',
    'ports',
    'errors',
    'stores',
    'transports',
    'tokens',
    'messages',
    'html',
    'sign-in',
    'http',
    'adapters',
    'delivery',
    'options',
    'otp',
    'version',
  ],
};

const files = readdirSync(join(root, 'src'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));
const read = (name: string) => readFileSync(join(root, 'src', name), 'utf8');
const partOf = (name: string) => (name.split('/')[0] ?? '').replace(/\.[jt]s$/, '');

/** What the build makes of the scripts and styles of the sign-in page. */
const texts = '../dist/sign-in/browser/texts.ts';

/** Paths within src that a file imports. */
const importsOf = (name: string) =>
  [...read(name).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, specifier = '']) =>
    join(dirname(name), specifier).replace(/\.js$/, '.ts'),
  );

test('data flows one way: nobody imports against the law', () => {
  for (const name of files) {
    const allowed = law[partOf(name)];
    assert.ok(allowed, `${name} belongs to no part of the law`);
    for (const target of importsOf(name)) {
      if (target === texts) continue;
      const part = partOf(target);
      assert.ok(part === partOf(name) || allowed.includes(part), `${name} must not import ${target}`);
    }
  }
});

/** Every file of these folders that imports others, from the root. */
const sources = ['src', 'test', 'scripts', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name) && !/node_modules|\.d\.mts$/.test(name))
    .map((name) => join(folder, name)),
);

/** The ones of these that a file imports. */
function targetsOf(name: string): string[] {
  const text = readFileSync(join(root, name), 'utf8');
  return [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)]
    .map(([, specifier = '']) => join(dirname(name), specifier))
    .map((path) => (sources.includes(path) ? path : path.replace(/\.js$/, '.ts')))
    .filter((path) => sources.includes(path));
}

/** The cycles of files that import each other, types included (Tarjan's strongly connected components). */
function findCycles(): string[][] {
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];

  function visit(name: string): void {
    const number = numbers.size;
    numbers.set(name, number);
    lowest.set(name, number);
    open.push(name);
    const targets = targetsOf(name);
    for (const target of targets) {
      if (!numbers.has(target)) visit(target);
      if (open.includes(target)) {
        lowest.set(name, Math.min(lowest.get(name) ?? 0, lowest.get(target) ?? 0));
      }
    }
    if (lowest.get(name) !== number) return;
    const cycle = open.splice(open.indexOf(name));
    if (cycle.length > 1 || targets.includes(name)) cycles.push(cycle.sort());
  }

  for (const name of sources) if (!numbers.has(name)) visit(name);
  return cycles;
}

test('no file imports itself by way of others, not even for a type', () => {
  assert.deepEqual(findCycles(), []);
});

test('no file is a drawer: none is named for holding what has no place', () => {
  for (const name of sources)
    assert.doesNotMatch(name, /(^|\/)(common|util|utils|misc|shared|helpers?)\.\w+$/);
});

/** What the core consists of and, for speed, relies on. */
function collectCore(): Set<string> {
  const core = new Set(files.filter((name) => partOf(name) === 'core'));
  // A set is also walked through what is added meanwhile.
  for (const name of core) for (const target of importsOf(name)) core.add(target);
  return core;
}

test('the core is pure, with all that it imports: no I/O, no clock, no timer, no randomness, no process', () => {
  for (const name of collectCore()) {
    assert.doesNotMatch(
      read(name),
      /\bDate\b(?!\.parse)|performance|set(Immediate|Timeout|Interval)|queueMicrotask|Math\.random|randomBytes|randomFill|getRandomValues|randomUUID|process\.|node:(fs|http|child_process)/,
      name,
    );
  }
});

test('the core has no variables and no scratch memory of its own', () => {
  for (const name of files.filter((name) => partOf(name) === 'core')) {
    assert.doesNotMatch(read(name), /^(export )?let |^(export )?const .*new \w+Array\([1-9a-z]/m, name);
  }
});

test('whatever exists for speed is held to a plain twin by a test of its own', () => {
  for (const name of files.filter((name) => partOf(name) === 'fast')) {
    const path = join(root, 'test', name.replace(/\.ts$/, '.test.ts'));
    assert.ok(existsSync(path), `${name} needs ${path}`);
  }
});

test('only the command line changes what belongs to the whole process', () => {
  for (const name of files.filter((name) => partOf(name) !== 'cli')) {
    assert.ok(!importsOf(name).includes('fast/string-methods.ts'), name);
  }
});

test('only the command line reads the environment', () => {
  for (const name of files.filter((name) => partOf(name) !== 'cli')) {
    // Examples in documentation comments may.
    assert.doesNotMatch(read(name).replace(/^ *\*.*$/gm, ''), /process\.env/, name);
  }
});

test('the SDK imports nothing but itself, and the types of the frameworks that it has typings for', () => {
  const sources = readdirSync(join(root, 'sdk/javascript/src')).filter((name) => name.endsWith('.ts'));
  assert.ok(sources.length > 0);
  for (const name of sources) {
    const source = readFileSync(join(root, 'sdk/javascript/src', name), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/(?:from|import\(|import) *'([^']+)'/g)) {
      if (name === `${specifier}.ts` && source.includes('import type ')) continue;
      assert.match(specifier, /^\.\/[a-z0-9-]+\.js$/, name);
    }
  }
});

/** What a file loads when it is loaded itself: packages, and paths within src. */
const loadedWith = (name: string) =>
  [...read(name).matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? join(dirname(name), specifier).replace(/\.js$/, '.ts') : specifier,
  );

test('the service starts without the libraries of what is not switched on', () => {
  const loaded = new Set(['cli/main.ts', 'cli/serve.ts']);
  for (const name of loaded) {
    if (files.includes(name)) for (const target of loadedWith(name)) loaded.add(target);
  }
  assert.ok(loaded.has('pino'));
  for (const library of ['ioredis', 'nodemailer', 'prom-client']) assert.ok(!loaded.has(library), library);
});

test('every part in the law exists', () => {
  for (const part of Object.keys(law))
    assert.ok(
      files.some((name) => partOf(name) === part),
      part,
    );
});

test('what puts the library together decides nothing', () => {
  const [body = ''] = /export function wire\([\s\S]*?\n\}\n/.exec(read('wire.ts')) ?? [];
  assert.ok(body.length > 0);
  assert.doesNotMatch(body, /\bif \(|\bswitch\b| \? |&& |\|\| /);
});

test('no file is longer than 250 lines, so that each has one concern; tests may be, since they list cases', () => {
  for (const name of sources) {
    if (/\.test\.ts$|^src\/messages\/locales\//.test(name)) continue;
    const lines = readFileSync(join(root, name), 'utf8').split('\n').length - 1;
    assert.ok(lines <= 250, `${name} has ${lines} lines`);
  }
});
