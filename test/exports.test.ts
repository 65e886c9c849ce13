import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { settings } from '../src/options/settings.js';
import { docs, readCodeBlocks } from './helpers/docs.js';
import { root } from './helpers/process.js';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('every export is built, with its types', () => {
  for (const [name, target] of Object.entries<string | Record<string, string>>(exports)) {
    const files = typeof target === 'string' ? [target] : Object.values(target);
    for (const file of files) assert.ok(existsSync(join(root, file)), `${name}: ${file}`);
  }
});

/** What the code of the documentation imports from each entry, without types. */
function listImported(): Map<string, Set<string>> {
  const imported = new Map<string, Set<string>>();
  for (const { code } of docs.flatMap(readCodeBlocks)) {
    for (const [, list = '', entry = ''] of code.matchAll(
      /import \{([^}]*)\} from '(stateless-otp[^']*)'/g,
    )) {
      const names = imported.get(entry) ?? new Set();
      for (const name of list.split(',').map((item) => item.trim().replace(/ as .*/, '')))
        if (name !== '' && !name.startsWith('type ')) names.add(name);
      imported.set(entry, names);
    }
  }
  return imported;
}

test('each entry gives what is documented, by import and by require', async () => {
  const imported = listImported();
  /** What the pages only tell of. */
  const told: Record<string, string[]> = {
    'stateless-otp': ['OtpError', 'channels', 'generateApiKey'],
    'stateless-otp/testing': ['describeTransport'],
  };
  const require = createRequire(import.meta.url);
  for (const entry of Object.keys(exports).filter((name) => !name.endsWith('.json'))) {
    const name = join('stateless-otp', entry);
    const documented = [...(imported.get(name) ?? []), ...(told[name] ?? [])].sort();
    assert.deepEqual(
      Object.keys(await import(name)).sort(),
      documented,
      `${name}, and what pages import of it`,
    );
    // Node 20.19 and later load ESM by require.
    const required = Object.keys(require(name)).filter((key) => key !== '__esModule');
    assert.deepEqual(required.sort(), documented, name);
  }
});

test('every store passes the contract, and the service serves those that limit what a day costs', () => {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const names = Object.keys(exports).flatMap((name) => /^\.\/stores\/(.+)$/.exec(name)?.[1] ?? []);
  const served = [];
  for (const name of names) {
    const file = `test/stores/${name}.test.ts`;
    assert.ok(existsSync(join(root, file)), `${file} is missing`);
    // What `none` cannot hold is a list in its test, which runs the suite as a program.
    const suite = read(name === 'none' ? 'test/stores/none-contract.ts' : file);
    assert.match(
      suite,
      /\bdescribeStore\(/,
      `the test of ${name} does not run describeStore of src/testing/`,
    );
    if (!/\bwithout: (optionalVerbs|\[[^\]]*'spend')/.test(suite)) served.push(name);
  }
  const choices = settings.STORE.allowed.replaceAll('`', '').split(', ');
  assert.deepEqual(
    choices.sort(),
    served.sort(),
    'STORE in src/options/stores.ts, and the stores in exports of package.json whose suite has spend',
  );
});

test('the engine loads nothing of the server', async () => {
  const source = readFileSync(join(root, 'dist/engine.js'), 'utf8');
  assert.doesNotMatch(source, /hono|nodemailer|pino|http/);
});

test('what the edge loads asks for nothing that is missing there, and holds no client of a mail server or of Redis', async () => {
  const entries = ['index', 'engine', 'stores/memory', 'stores/none', 'adapters/hono'];
  const transports = Object.keys(exports).flatMap((name) => /^\.\/(transports\/.+)$/.exec(name)?.[1] ?? []);
  // The one that needs a socket.
  const atEdge = transports.filter((name) => name !== 'transports/smtp');
  const { metafile } = await build({
    entryPoints: [...entries, ...atEdge].map((name) => join(root, 'dist', `${name}.js`)),
    outdir: join(root, 'dist'),
    write: false,
    metafile: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const modules = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  const present = ['node:crypto', 'node:net', 'node:util', 'node:zlib', 'node:timers/promises'];
  assert.deepEqual(
    [...new Set(modules)].filter((name) => !present.includes(name)),
    [],
  );
  const inputs = Object.keys(metafile.inputs).join('\n');
  assert.doesNotMatch(inputs, /node_modules\/(ioredis|nodemailer|pino|prom-client|fastify|express)\//);
});
