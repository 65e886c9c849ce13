// Builds the JavaScript SDK, then fills dist/ from src/: what browsers get, JavaScript, types, the Lua scripts of the Redis store,
// and the files of the API documentation page.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSourceStamp, root, stampFile } from './build-stamp.mjs';

const compiler = new URL('node_modules/.bin/tsc', root);
const swaggerUi = new URL('node_modules/swagger-ui-dist/', root);
if (!existsSync(compiler) || !existsSync(swaggerUi)) {
  process.stderr.write('stateless-otp: building needs the development dependencies: run npm ci first\n');
  process.exit(1);
}
const dist = new URL('dist/', root);
rmSync(dist, { recursive: true, force: true });
// Late, since they need development dependencies whose absence is told above in one line.
await import('./build-sdk.mjs');
const { buildSync } = await import('esbuild');
const { outputFiles } = buildSync({
  entryPoints: ['page.ts', 'style.css'].map((name) =>
    fileURLToPath(new URL(`src/sign-in/browser/${name}`, root)),
  ),
  outdir: fileURLToPath(dist),
  write: false,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022', 'safari16'],
  charset: 'utf8',
  logLevel: 'warning',
});
const findOutput = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
const readSdk = (name) => readFileSync(new URL(`sdk/javascript/dist/${name}`, root), 'utf8');
// A module, so that the page is also served where a bundle is all there is. Before the compiler, which needs its types.
const texts = Object.entries({
  style: findOutput('.css'),
  page: findOutput('.js'),
  elements: readSdk('elements.js'),
  solver: readSdk('solver-worker.js'),
});
const browser = new URL('sign-in/browser/', dist);
mkdirSync(browser, { recursive: true });
const writeLines = (file, write) => writeFileSync(new URL(file, browser), texts.map(write).join(''));
writeLines('texts.js', ([name, text]) => `export const ${name} = ${JSON.stringify(text)};\n`);
writeLines('texts.d.ts', ([name]) => `export const ${name}: string;\n`);

const compiled = spawnSync(fileURLToPath(compiler), ['-p', 'tsconfig.build.json'], {
  cwd: fileURLToPath(root),
  stdio: ['ignore', 2, 2],
});
if (compiled.status !== 0) process.exit(1);

const scripts = 'stores/redis/';
for (const name of readdirSync(new URL(`src/${scripts}`, root)).filter((name) => name.endsWith('.lua'))) {
  copyFileSync(new URL(`src/${scripts}${name}`, root), new URL(scripts + name, dist));
}

mkdirSync(new URL('swagger-ui/', dist));
for (const name of [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
]) {
  copyFileSync(new URL(name, swaggerUi), new URL(`swagger-ui/${name}`, dist));
}
await import('./bundle-cli.mjs');
chmodSync(new URL('cli/main.js', dist), 0o755);
writeFileSync(stampFile, readSourceStamp() ?? '');
