import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../helpers/process.js';

const maxGzippedBytes = 5120;
const dist = join(root, 'sdk/javascript/dist');
const readJson = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));

/** Runs JavaScript in a process of its own, in the folder of the checkout. */
function evaluate(source: string, type: 'commonjs' | 'module'): string {
  const args = [`--input-type=${type}`, '--eval', source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.trim();
}

test('the script and a bundle of the module are under 5 KB gzipped, and hold nothing but the SDK', async (t) => {
  const bundle = await build({
    stdin: { contents: `export { OTPClient } from 'stateless-otp-sdk';`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    metafile: true,
    write: false,
  });
  const inputs = Object.keys(bundle.metafile.inputs).filter((name) => name !== '<stdin>');
  assert.deepEqual(inputs, ['sdk/javascript/dist/index.js']);
  const outputs = Object.values(bundle.metafile.outputs);
  assert.deepEqual(
    outputs.flatMap(({ imports }) => imports),
    [],
  );
  for (const [name, code] of [
    ['script', readFileSync(join(dist, 'stateless-otp-sdk.min.js'))],
    ['bundle', bundle.outputFiles[0]?.contents ?? Buffer.alloc(maxGzippedBytes * 10)],
  ] as const) {
    const { length } = gzipSync(code, { level: 9 });
    t.diagnostic(`${name}: ${length} bytes gzipped`);
    assert.ok(length > 500 && length < maxGzippedBytes, `${name}: ${length}`);
  }
});

test('a built checkout gives the SDK by the path and by the name, to require and to import, without a warning', () => {
  const print =
    'console.log(typeof OTPClient, typeof OTPError, new OTPClient({ baseUrl: "/" }) instanceof OTPClient)';
  for (const name of ['./sdk/javascript/stateless-otp-sdk', 'stateless-otp-sdk']) {
    const source = `const { OTPClient, OTPError } = require('${name}'); ${print}`;
    assert.equal(evaluate(source, 'commonjs'), 'function function true');
  }
  const source = `import { OTPClient, OTPError } from 'stateless-otp-sdk'; ${print}`;
  assert.equal(evaluate(source, 'module'), 'function function true');
});

test('the script needs nothing but what every Web platform has', async () => {
  const platform = { fetch, AbortController, TextDecoder, setTimeout, clearTimeout };
  const context = createContext({
    ...platform,
    fetch: async () => new Response('{"active":true,"claims":{"sub":"alice@example.com"}}'),
  });
  runInContext(readFileSync(join(dist, 'stateless-otp-sdk.min.js'), 'utf8'), context);
  const source = `new StatelessOTP.OTPClient({ baseUrl: '/api/v1' }).verifyToken('a.b.c').then(({ claims }) => claims.sub)`;
  assert.equal(await runInContext(source, context), 'alice@example.com');
});

test('the package has no dependencies but types of frameworks, for those who have them, and the version of the service', () => {
  const sdk = readJson('sdk/javascript/package.json');
  assert.deepEqual(
    Object.keys(sdk).filter((name) => /dependencies/i.test(name)),
    ['peerDependencies', 'peerDependenciesMeta'],
  );
  for (const name of Object.keys(sdk.peerDependencies))
    assert.deepEqual(sdk.peerDependenciesMeta[name], { optional: true }, name);
  assert.equal(sdk.version, readJson('package.json').version);
});
