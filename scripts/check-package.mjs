// Checks both packages as users get them: packed, looked over by publint and are-the-types-wrong, and installed from the
// tarballs into a scratch project that imports them, requires them, compiles against them, bundles the SDK and starts
// the service.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const run = (command, args, cwd = root) => {
  process.stdout.write(`> ${[command, ...args].join(' ').replaceAll(root, '')}\n`);
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};
const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const sdkFolder = join(root, 'sdk/javascript');
const { name, version, exports } = readManifest(root);
const sdk = readManifest(sdkFolder);
const maxSdkBytes = 5 * 1024;
/** Of what docs/runtimes.md shows for the edge. */
const maxEdgeBytes = 400 * 1024;
/** Swagger UI and the bundle of the command line are two thirds of it. */
const maxPackedBytes = 2.25 * 1024 * 1024;
const isCode = (entry) => !/\.(json|min\.js)$/.test(entry);
const listEntries = (name, exports) =>
  Object.keys(exports)
    .filter(isCode)
    .map((entry) => name + entry.slice(1));
const entries = [...listEntries(name, exports), ...listEntries(sdk.name, sdk.exports)];

const scratch = mkdtempSync(join(tmpdir(), `${name}-`));
try {
  const tarball = pack(root, name, ['./openapi.json']);
  const sdkTarball = pack(sdkFolder, sdk.name, ['./stateless-otp-sdk.min.js']);

  write('package.json', JSON.stringify({ name: 'scratch', private: true, type: 'module' }));
  const quiet = ['--silent', '--no-audit', '--no-fund', '--prefer-offline'];
  run('npm', ['install', ...quiet, tarball, sdkTarball], scratch);

  write('import.mjs', entries.map((entry) => `await import('${entry}');\n`).join(''));
  run(process.execPath, ['import.mjs'], scratch);
  write('require.cjs', entries.map((entry) => `require('${entry}');\n`).join(''));
  run(process.execPath, ['--no-warnings', 'require.cjs'], scratch);
  run(process.execPath, ['--eval', `require('${sdk.name}/stateless-otp-sdk.min.js')`], scratch);

  const ofFrameworks = [`${name}/fastify`, `${sdk.name}/react`, `${sdk.name}/vue`];
  mkdirSync(join(scratch, 'node_modules/@types'), { recursive: true });
  // The newest Node, then the oldest that is supported, whose types those of the frameworks load as well.
  for (const types of ['@types/node-26', '@types/node']) {
    rmSync(join(scratch, 'node_modules/@types/node'), { force: true });
    link(types, '@types/node');
    checkTypes(entries.filter((entry) => !ofFrameworks.includes(entry)));
  }
  for (const framework of ['fastify', 'express', '@types/express', '@types/react', 'vue']) link(framework);
  checkTypes(ofFrameworks);
  bundleSdk();
  bundleForTheEdge();

  const cli = join(scratch, 'node_modules/.bin', name);
  if (run(cli, ['--version'], scratch).trim() !== version)
    throw new Error(`${cli} --version is not ${version}`);
  await startAndAsk(cli, scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write('The packages are OK.\n');

function write(file, text) {
  writeFileSync(join(scratch, file), text);
}

/** Only what is meant to be published, and not more of it than expected. */
function review({ files, size, unpackedSize }, allowed) {
  const paths = files.map(({ path }) => path);
  process.stdout.write(`${paths.join('\n')}\n${size} bytes packed, ${unpackedSize} unpacked\n`);
  const always = ['package.json', 'README.md', 'LICENSE'];
  const isMeant = (path) =>
    [...always, ...allowed].some((name) => path === name || path.startsWith(`${name}/`)) &&
    !/(^|\/)(\.env|node_modules)$|\.(test\.[cm]?[jt]s|tsbuildinfo|tgz|log|pem|key)$/.test(path);
  const foreign = paths.filter((path) => !isMeant(path));
  if (foreign.length > 0) throw new Error(`Not meant to be published: ${foreign.join(', ')}`);
  const missing = ['README.md', 'LICENSE'].filter((name) => !paths.includes(name));
  if (missing.length > 0) throw new Error(`Missing: ${missing.join(', ')}`);
  if (size > maxPackedBytes) throw new Error(`${size} bytes packed; ${maxPackedBytes} are allowed`);
}

/** One of our development dependencies, as if the scratch project had installed it. */
function link(name, as = name) {
  symlinkSync(join(root, 'node_modules', name), join(scratch, 'node_modules', as));
}

/** Packs the package in this folder, and has the tarball looked over. */
function pack(folder, name, notForTypes) {
  const packed = run('npm', ['pack', '--json', '--silent', '--pack-destination', scratch], folder);
  review(Object.values(JSON.parse(packed))[0], readManifest(folder).files);
  const tarball = join(scratch, `${name}-${version}.tgz`);
  process.stdout.write(run(bin('publint'), ['run', tarball, '--strict']));
  const options = ['--profile', 'node16', '--format', 'ascii', '--ignore-rules', 'cjs-resolves-to-esm'];
  run(bin('attw'), [tarball, ...options, '--exclude-entrypoints', ...notForTypes]);
  return tarball;
}

/** Compiles a project that uses these entries, by import and by require, as projects are set up today. */
function checkTypes(entries) {
  const imports = entries.map(
    (entry, index) => `import * as entry${index} from '${entry}';\nvoid entry${index};\n`,
  );
  write('types.ts', imports.join(''));
  const uses = `const client: InstanceType<typeof sdk.OTPClient> = new sdk.OTPClient({ baseUrl: '/api/v1' });\n`;
  write('types.cts', `import sdk = require('${sdk.name}');\n${uses}void client;\n`);
  const strictest = [
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--noPropertyAccessFromIndexSignature',
  ];
  const options = ['--strict', ...strictest, '--noEmit', '--types', 'node', '--target', 'es2023'];
  for (const [module, moduleResolution, ...files] of [
    ['nodenext', 'nodenext', 'types.ts', 'types.cts'],
    ['node16', 'node16', 'types.ts'],
    ['esnext', 'bundler', 'types.ts'],
  ]) {
    const resolution = ['--module', module, '--moduleResolution', moduleResolution];
    run(bin('tsc'), [...options, ...resolution, ...files], scratch);
  }
}

/** What a browser gets is small and holds nothing of the server. */
function bundleSdk() {
  write('browser.js', `import { OTPClient } from '${sdk.name}';\nglobalThis.OTPClient = OTPClient;\n`);
  const options = ['--bundle', '--minify', '--format=esm', '--platform=browser', '--metafile=meta.json'];
  run(bin('esbuild'), ['browser.js', ...options, '--outfile=bundle.js', '--log-level=warning'], scratch);
  const inputs = Object.keys(JSON.parse(readFileSync(join(scratch, 'meta.json'), 'utf8')).inputs);
  const foreign = inputs.filter((input) => input !== 'browser.js' && !input.includes(`/${sdk.name}/`));
  if (foreign.length > 0) throw new Error(`The bundle of the SDK holds ${foreign.join(', ')}`);
  const { length } = gzipSync(readFileSync(join(scratch, 'bundle.js')), { level: 9 });
  process.stdout.write(`The SDK is ${length} bytes gzipped; ${maxSdkBytes} are allowed.\n`);
  if (length >= maxSdkBytes) throw new Error('The SDK is too big');
}

/** What a Worker uploads, with a store, a transport and all that they need. */
function bundleForTheEdge() {
  const parts = [
    `export { createOtp } from '${name}';`,
    `export { createStatelessStore } from '${name}/stores/none';`,
    `export { createWebhookTransport } from '${name}/transports/webhook';`,
  ];
  write('edge.js', parts.join('\n'));
  const options = ['--bundle', '--minify', '--format=esm', '--platform=node', '--conditions=workerd'];
  run(bin('esbuild'), ['edge.js', ...options, '--outfile=edge-bundle.js', '--log-level=warning'], scratch);
  const bundle = readFileSync(join(scratch, 'edge-bundle.js'));
  const { length } = gzipSync(bundle, { level: 9 });
  process.stdout.write(
    `A bundle for the edge is ${bundle.length} bytes, ${length} gzipped; ${maxEdgeBytes} are allowed.\n`,
  );
  if (length >= maxEdgeBytes) throw new Error('The bundle for the edge is too big');
}

/** The installed service starts with nothing but its own dependencies, and shows its documentation page. */
async function startAndAsk(cli, cwd) {
  const child = spawn(cli, [], {
    cwd,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      if (/Store/.test(output)) break;
    }
    const [, url] = /API +(http:\S+)\/api\/v1/.exec(output) ?? [];
    for (const path of [
      '/readyz',
      '/sign-in',
      '/sign-in/elements.js',
      '/docs',
      '/docs/swagger-ui-bundle.js',
      '/openapi.json',
    ]) {
      const { status } = await fetch(url + path);
      if (status !== 200) throw new Error(`${path} of the installed service answers ${status}`);
    }
  } finally {
    child.kill();
  }
}
