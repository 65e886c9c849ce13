// Bundles the command line, dependencies included, into dist/bundle/, which dist/cli/main.js then imports: loading some 800 modules one by one took two thirds of
// a start (docs/decisions/0076). What only some settings need is in files of its own.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { root } from './build-stamp.mjs';

const dist = fileURLToPath(new URL('dist/', root));
const folder = join(dist, 'bundle');
const main = join(dist, 'cli/main.js');

/** Modules that read files next to them still find them from the bundle. */
const keepPlaces = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(dist)) return undefined;
      const place = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`;
      return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', place) };
    });
  },
};

/** An import of node:http reads all its exports, of which WebSocket loads the whole of fetch: 45 ms and 13 MiB on Node 24. */
const importHttpLazily = {
  name: 'import-http-lazily',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, () => ({ path: 'node:http', namespace: 'builtin' }));
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

/** zod brings its messages in fifty languages; ours come from problems.ts. */
const onlyEnglish = {
  name: 'only-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

const { outputFiles, metafile } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: [main],
  outdir: folder,
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Names stay, and lines are short, so that stacks can be read. Without comments there is a third less to parse.
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  chunkNames: '[name]-[hash]',
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  plugins: [keepPlaces, importHttpLazily, onlyEnglish],
  logLevel: 'warning',
});

mkdirSync(folder);
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
writeFileSync(join(folder, 'LICENSES.txt'), collectLicenses());
// What `npm run count-functions` counts, file by file.
renameSync(main, join(dist, 'cli/unbundled.js'));
writeFileSync(main, "#!/usr/bin/env node\nimport '../bundle/main.js';\n");

/** The licences of the packages in the bundle, which ask to be kept with every copy. */
function collectLicenses() {
  const packages = new Set(Object.keys(metafile.inputs).flatMap((name) => findPackage(name) ?? []));
  return [...packages]
    .sort()
    .map(readLicense)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function findPackage(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function readLicense(folder) {
  const place = fileURLToPath(new URL(`${folder}/`, root));
  const { name, version, license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  const file = readdirSync(place).find((entry) => /^licen[sc]e/i.test(entry));
  if (file === undefined && license === undefined) throw new Error(`${name} has no license`);
  const text = file === undefined ? `License: ${license}\n` : readFileSync(join(place, file), 'utf8');
  return `${name} ${version}\n\n${text}`;
}
