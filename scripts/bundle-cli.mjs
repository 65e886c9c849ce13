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

/** A plugin that bundles other contents instead of a file; undefined leaves it as it is. */
const replaceFiles = (name, filter, write) => ({
  name,
  setup({ onLoad }) {
    onLoad({ filter }, ({ path }) => {
      const contents = write(path);
      return contents === undefined ? undefined : { contents, loader: 'js' };
    });
  },
});

/** Functions that call those of the same names in what this expression loads. */
const forward = (names, load) =>
  names.map((name) => `export function ${name}(...given) { return ${load}.${name}(...given); }`).join('\n');

/** Modules that read files next to them still find them from the bundle. */
const keepPlaces = replaceFiles('keep-places', /\.js$/, (path) => {
  if (!path.startsWith(dist)) return undefined;
  const place = `new URL(${JSON.stringify(relative(folder, path))}, import.meta.url).href`;
  return readFileSync(path, 'utf8').replaceAll('import.meta.url', place);
});

/**
 * An import of a module of Node reads all its exports, and some of these load what nobody asked for: `WebSocket` of node:http the whole of fetch,
 * 45 ms and 13 MiB on Node 24. So only what is used is read.
 */
const readUsedBuiltins = {
  name: 'read-used-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) =>
        /^[a-z_$][\w$]*$/i.test(name),
      );
      return {
        contents: [
          `const builtin = /* @__PURE__ */ process.getBuiltinModule('${path}');`,
          'export default builtin;',
          ...names.map((name) => `const its_${name} = /* @__PURE__ */ (() => builtin.${name})();`),
          `export { ${names.map((name) => `its_${name} as ${name}`).join(', ')} };`,
        ].join('\n'),
      };
    });
  },
};

/** `node:tls` takes 3 MiB, also where no connection is encrypted. Only functions of these are had, each of which loads all of it. */
const loadBuiltinsLate = {
  name: 'load-builtins-late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(tls|zlib)$/ }, ({ path, importer }) => {
      const isUsedLate = importer.startsWith(dist) || /node_modules[/\\]ioredis[/\\]/.test(importer);
      return isUsedLate ? { path: path.replace(/^(node:)?/, 'node:'), namespace: 'late-builtin' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'late-builtin' }, ({ path }) => {
      const members = Object.entries(process.getBuiltinModule(path));
      const functions = members.filter(
        ([name, value]) => typeof value === 'function' && /^[a-z]\w*$/.test(name),
      );
      const names = functions.map(([name]) => name);
      return { contents: forward(names, `process.getBuiltinModule('${path}')`) };
    });
  },
};

/**
 * Libraries with large tables, which most installations need at the first unusual address, if ever. Each becomes a file of its own that the first call of
 * one of these functions reads, in some 10 ms.
 */
const lateLibraries = {
  'libphonenumber-js/max': [
    'getCountries',
    'getCountryCallingCode',
    'isSupportedCountry',
    'parsePhoneNumberFromString',
  ],
  tr46: ['toASCII'],
};
const fileOf = (library) => `${library.replace(/\/.*/, '')}.cjs`;
const loadLate = {
  name: 'load-late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind, namespace }) => {
      if (namespace === 'late') return { path, external: true };
      return kind === 'import-statement' && path in lateLibraries ? { path, namespace: 'late' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: forward(lateLibraries[path], `require('./${fileOf(path)}')`),
    }));
  },
};

/** Libraries load it at the start for assertions that hold. */
const loadAssertLate = {
  name: 'load-assert-late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^assert$/ }, ({ path }) => ({ path, namespace: 'late-assert' }));
    onLoad({ filter: /./, namespace: 'late-assert' }, () => ({
      contents: `const load = () => process.getBuiltinModule('node:assert');
        const assert = (...given) => load()(...given);
        assert.strictEqual = (...given) => load().strictEqual(...given);
        module.exports = assert;`,
    }));
  },
};

const withoutLogThreads = replaceFiles(
  'without-log-threads',
  /pino[/\\]lib[/\\]transport\.js$/,
  () => "module.exports = () => { throw new Error('the service logs without threads'); };",
);

/**
 * ioredis gives a class some 600 methods one by one, and for each V8 copies the list of those before: 5 MiB of garbage and 15 ms. Once a property has been
 * deleted, V8 keeps the others in a hash table, which it need not copy.
 */
const addMethodsInPlace = replaceFiles(
  'add-methods-in-place',
  /ioredis[/\\]built[/\\]utils[/\\]Commander\.js$/,
  (path) => {
    const [before, after, ...more] = readFileSync(path, 'utf8').split('\ncommands.forEach(');
    if (after === undefined || more.length > 0) throw new Error(`${path} adds its methods in another way`);
    const deletion = 'Commander.prototype.deleted = null;\ndelete Commander.prototype.deleted;';
    return `${before}\n${deletion}\ncommands.forEach(${after}`;
  },
);

/** zod brings its messages in fifty languages; ours come from problems.ts. */
const onlyEnglish = replaceFiles(
  'only-english',
  /zod[/\\]v4[/\\]locales[/\\]index\.js$/,
  () => "export { default as en } from './en.js';",
);

/** Tables are faster read as JSON than compiled, and take half the memory. */
const parseTables = replaceFiles('parse-tables', /(mappingTable\.json|metadata\.max\.json\.js)$/, (path) => {
  const table = JSON.stringify(JSON.parse(readFileSync(path.replace(/\.js$/, ''), 'utf8')));
  const place = path.endsWith('.js') ? 'export default' : 'module.exports =';
  return `${place} JSON.parse(${JSON.stringify(table)});`;
});

const common = {
  absWorkingDir: fileURLToPath(root),
  write: false,
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Names stay, and lines are short, so that stacks can be read. Without comments there is a third less to parse.
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
};
const service = await build({
  ...common,
  entryPoints: [main],
  outdir: folder,
  splitting: true,
  format: 'esm',
  chunkNames: '[name]-[hash]',
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
  plugins: [
    keepPlaces,
    loadBuiltinsLate,
    readUsedBuiltins,
    loadLate,
    loadAssertLate,
    withoutLogThreads,
    addMethodsInPlace,
    onlyEnglish,
  ],
});
const late = await Promise.all(
  Object.entries(lateLibraries).map(([library, names]) =>
    build({
      ...common,
      stdin: { contents: `export { ${names.join(', ')} } from '${library}';`, resolveDir: dist },
      outfile: join(folder, fileOf(library)),
      format: 'cjs',
      plugins: [parseTables],
    }),
  ),
);
const built = [service, ...late];

mkdirSync(folder);
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles))
  writeFileSync(path, contents);
writeFileSync(join(folder, 'LICENSES.txt'), collectLicenses());
// What `npm run count-functions` counts, file by file.
renameSync(main, join(dist, 'cli/unbundled.js'));
writeFileSync(
  main,
  `#!/usr/bin/env node
// What a start leaves behind must not make the young generation grow for good; serve() lets it grow with the load (docs/decisions/0082).
process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
await import('../bundle/main.js');
`,
);

/** The licences of the packages in the bundle, which ask to be kept with every copy. */
function collectLicenses() {
  const packages = new Set(
    built.flatMap(({ metafile }) => Object.keys(metafile.inputs).flatMap((name) => findPackage(name) ?? [])),
  );
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
