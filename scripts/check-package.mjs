// Checks the package as users get it: packed, looked over by publint and are-the-types-wrong, and installed from the
// tarball into scratch projects that import it, require it, compile against it and start it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const run = (command, args, cwd = root) => {
  process.stdout.write(`> ${[command, ...args].join(' ').replaceAll(root, '')}\n`);
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};
const { name, version, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => name + entry.slice(1));

const scratch = mkdtempSync(join(tmpdir(), `${name}-`));
try {
  run('npm', ['pack', '--silent', '--pack-destination', scratch]);
  const tarball = join(scratch, `${name}-${version}.tgz`);
  process.stdout.write(run(bin('publint'), ['run', tarball, '--strict']));
  run(bin('attw'), [
    tarball,
    '--profile',
    'node16',
    '--exclude-entrypoints',
    './openapi.json',
    '--format',
    'ascii',
    '--ignore-rules',
    'cjs-resolves-to-esm',
  ]);

  writeFileSync(
    join(scratch, 'package.json'),
    JSON.stringify({ name: 'scratch', private: true, type: 'module' }),
  );
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball], scratch);

  writeFileSync(join(scratch, 'import.mjs'), entries.map((entry) => `await import('${entry}');\n`).join(''));
  run(process.execPath, ['import.mjs'], scratch);
  writeFileSync(join(scratch, 'require.cjs'), entries.map((entry) => `require('${entry}');\n`).join(''));
  run(process.execPath, ['--no-warnings', 'require.cjs'], scratch);

  const imports = entries.map(
    (entry, index) => `import * as entry${index} from '${entry}';\nvoid entry${index};\n`,
  );
  writeFileSync(join(scratch, 'types.ts'), imports.join(''));
  const types = join(root, 'node_modules/@types');
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const options = ['--strict', '--noEmit', '--typeRoots', types, '--types', 'node', '--target', 'es2023'];
    run(
      bin('tsc'),
      [...options, '--module', module, '--moduleResolution', moduleResolution, 'types.ts'],
      scratch,
    );
  }

  const cli = join(scratch, 'node_modules/.bin', name);
  if (run(cli, ['--version'], scratch).trim() !== version)
    throw new Error(`${cli} --version is not ${version}`);
  await startAndAsk(cli, scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write('The package is good.\n');

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
    for (const path of ['/readyz', '/docs', '/docs/swagger-ui-bundle.js', '/openapi.json']) {
      const { status } = await fetch(url + path);
      if (status !== 200) throw new Error(`${path} of the installed service answers ${status}`);
    }
  } finally {
    child.kill();
  }
}
