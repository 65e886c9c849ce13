// Fills sdk/javascript/dist: one file each for import, require and <script>, and the types for both module systems.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { root } from './build-stamp.mjs';

const sdk = new URL('sdk/javascript/', root);
const dist = new URL('dist/', sdk);
rmSync(dist, { recursive: true, force: true });

const common = {
  entryPoints: [fileURLToPath(new URL('src/index.ts', sdk))],
  bundle: true,
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
};
const outputs = [
  { format: 'esm', file: 'index.js' },
  { format: 'cjs', file: 'index.cjs' },
  { format: 'iife', file: 'stateless-otp-sdk.min.js', globalName: 'StatelessOTP', minify: true },
];
for (const { file, ...options } of outputs) {
  await build({ ...common, ...options, outfile: fileURLToPath(new URL(file, dist)) });
}

// Solves puzzles, in a worker of the elements and of the sign-in page.
const solverFile = fileURLToPath(new URL('solver-worker.js', dist));
await build({
  ...common,
  entryPoints: [fileURLToPath(new URL('src/solver-worker.ts', sdk))],
  format: 'iife',
  minify: true,
  outfile: solverFile,
});

// The client is in it too: one file, which a page can load as it is.
await build({
  ...common,
  entryPoints: [fileURLToPath(new URL('src/elements.ts', sdk))],
  format: 'esm',
  minify: true,
  define: { SOLVER_SCRIPT: JSON.stringify(readFileSync(solverFile, 'utf8')) },
  outfile: fileURLToPath(new URL('elements.js', dist)),
});

// Their types know the elements; the code is that of the elements.
for (const name of ['react', 'vue']) {
  writeFileSync(new URL(`${name}.js`, dist), "export * from './elements.js';\n");
}

const compiled = spawnSync(
  fileURLToPath(new URL('node_modules/.bin/tsc', root)),
  ['-p', fileURLToPath(sdk), '--noEmit', 'false', '--emitDeclarationOnly'],
  { stdio: ['ignore', 2, 2] },
);
if (compiled.status !== 0) process.exit(1);
// The same types as seen by require, which are files of their own to the compiler.
for (const name of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
  const types = readFileSync(new URL(name, dist), 'utf8');
  writeFileSync(new URL(name.replace(/ts$/, 'cts'), dist), types.replace(/(from '\.[^']*)\.js'/g, "$1.cjs'"));
}
