// Fills dist/ from src/: JavaScript, types, the Lua scripts of the Redis store, what browsers get, and the files of the API
// documentation page.
// Then builds the JavaScript SDK.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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
const compiled = spawnSync(fileURLToPath(compiler), ['-p', 'tsconfig.build.json'], {
  cwd: fileURLToPath(root),
  stdio: ['ignore', 2, 2],
});
if (compiled.status !== 0) process.exit(1);

const scripts = 'stores/redis/';
for (const name of readdirSync(new URL(`src/${scripts}`, root)).filter((name) => name.endsWith('.lua'))) {
  copyFileSync(new URL(`src/${scripts}${name}`, root), new URL(scripts + name, dist));
}
const { buildSync } = await import('esbuild');
buildSync({
  entryPoints: ['page.ts', 'style.css'].map((name) =>
    fileURLToPath(new URL(`src/sign-in/browser/${name}`, root)),
  ),
  outdir: fileURLToPath(new URL('sign-in/browser/', dist)),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022', 'safari16'],
  charset: 'utf8',
  logLevel: 'warning',
});

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
chmodSync(new URL('cli/main.js', dist), 0o755);
// Late, since it needs a development dependency whose absence is told above in one line.
await import('./build-sdk.mjs');
for (const name of ['elements.js', 'solver-worker.js']) {
  copyFileSync(new URL(`sdk/javascript/dist/${name}`, root), new URL(`sign-in/browser/${name}`, dist));
}
writeFileSync(stampFile, readSourceStamp() ?? '');
