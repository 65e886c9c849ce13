import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { settings } from '../src/options/settings.js';
import { docs } from './helpers/docs.js';
import { root } from './helpers/process.js';

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('every export is built, with its types', () => {
  for (const [name, target] of Object.entries<string | Record<string, string>>(exports)) {
    const files = typeof target === 'string' ? [target] : Object.values(target);
    for (const file of files) assert.ok(existsSync(join(root, file)), `${name}: ${file}`);
  }
});

test('each entry gives what is documented, by import and by require', async () => {
  const documented: Record<string, string[]> = {
    'stateless-otp': ['OtpError', 'channels', 'createOtp', 'generateApiKey', 'generateSecretKey'],
    'stateless-otp/engine': ['createEngine'],
    'stateless-otp/node': ['createNodeListener'],
    'stateless-otp/express': ['createExpressMiddleware', 'requireToken'],
    'stateless-otp/fastify': ['createFastifyPlugin', 'requireToken'],
    'stateless-otp/hono': ['createHonoHandler', 'requireToken'],
    'stateless-otp/next': ['createNextHandlers'],
    'stateless-otp/stores/memory': ['createMemoryStore'],
    'stateless-otp/stores/none': ['createStatelessStore'],
    'stateless-otp/stores/redis': ['createRedisStore'],
    'stateless-otp/testing': ['describeHttpTransport', 'describeStore', 'describeTransport'],
    'stateless-otp/transports/console': ['createConsoleTransport'],
    'stateless-otp/transports/inbox': ['createInbox'],
    'stateless-otp/transports/resend': ['createResendTransport'],
    'stateless-otp/transports/ses': ['createSesTransport'],
    'stateless-otp/transports/smtp': ['createSmtpTransport'],
    'stateless-otp/transports/twilio': ['createTwilioTransport'],
    'stateless-otp/transports/vonage': ['createVonageTransport'],
    'stateless-otp/transports/webhook': ['createWebhookTransport'],
    'stateless-otp/transports/whatsapp': ['createWhatsAppTransport'],
  };
  const entries = Object.keys(exports).filter((name) => !name.endsWith('.json'));
  assert.deepEqual(
    Object.keys(documented).sort(),
    entries.map((name) => join('stateless-otp', name)).sort(),
    'package.json has entries that this test does not list, or the other way round',
  );
  const require = createRequire(import.meta.url);
  for (const [name, names] of Object.entries(documented)) {
    assert.deepEqual(Object.keys(await import(name)).sort(), names, name);
    // Node 20.19 and later load ESM by require.
    assert.deepEqual(
      Object.keys(require(name))
        .filter((key) => key !== '__esModule')
        .sort(),
      names,
      name,
    );
  }
});

test('every store can be chosen by the service, passes the contract and is documented', () => {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const names = Object.keys(exports).flatMap((name) => /^\.\/stores\/(.+)$/.exec(name)?.[1] ?? []);
  const choices = settings.STORE.allowed.replaceAll('`', '').split(', ');
  assert.deepEqual(choices.sort(), names.sort(), 'STORE in src/options/stores.ts, exports in package.json');
  const pages = docs.map(read).join('\n');
  for (const name of names) {
    const file = `test/stores/${name}.test.ts`;
    assert.ok(existsSync(join(root, file)), `${file} is missing`);
    // What `none` cannot hold is a list in its test, which runs the suite as a program.
    const suite = name === 'none' ? 'test/stores/none-contract.ts' : file;
    assert.match(read(suite), /\bdescribeStore\(/, `${suite} does not run describeStore of src/testing/`);
    assert.ok(pages.includes(`stateless-otp/stores/${name}`), `no page says how to import stores/${name}`);
  }
});

test('the engine loads nothing of the server', async () => {
  const source = readFileSync(join(root, 'dist/engine.js'), 'utf8');
  assert.doesNotMatch(source, /hono|nodemailer|pino|http/);
});

test('what the edge loads asks for nothing that is missing there, and holds no client of a mail server or of Redis', async () => {
  const entries = ['index', 'engine', 'stores/memory', 'stores/none', 'adapters/hono'];
  const transports = ['console', 'resend', 'ses', 'twilio', 'vonage', 'webhook', 'whatsapp'];
  const { metafile } = await build({
    entryPoints: [...entries, ...transports.map((name) => `transports/${name}`)].map((name) =>
      join(root, 'dist', `${name}.js`),
    ),
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
