import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installProgram } from '../../scripts/install-program.mjs';
import { killAtExit, stopAtEnd } from './leftovers.js';
import { type RunningProcess, root, startProcess } from './process.js';

/** What npm brings, by name: the version that is tested, as docs/runtimes.md says, and where the program is in `node_modules`. */
export const programs = {
  'Node 20': { name: 'node', version: '20.20.2', path: 'node/bin/node' },
  'Node 22': { name: 'node', version: '22.23.3', path: 'node/bin/node' },
  'Node 24': { name: 'node', version: '24.21.0', path: 'node/bin/node' },
  'Node 26': { name: 'node', version: '26.10.0', path: 'node/bin/node' },
  Bun: { name: 'bun', version: '1.4.5', path: 'bun/bin/bun.exe' },
  Deno: { name: 'deno', version: '2.9.6', path: 'deno/deno' },
  workerd: { name: 'workerd', version: '1.20261117.1', path: 'workerd/bin/workerd' },
} as const;

export type RuntimeName = keyof typeof programs;

/** Those that run a file; `workerd` runs bundles. */
export const fileRuntimes = (Object.keys(programs) as RuntimeName[]).filter((name) => name !== 'workerd');

const install = (runtime: RuntimeName) => {
  const { name, version, path } = programs[runtime];
  return installProgram(name, version, path);
};

/** Of a program that runs files, before the file. */
const runArguments: Partial<Record<RuntimeName, string[]>> = {
  Bun: ['run'],
  // Nothing is downloaded, and no lock file written.
  Deno: ['run', '--allow-all', '--no-remote', '--no-lock', '--node-modules-dir=manual', '--no-check'],
};

/** A folder in which the package is installed, as far as imports can tell. Removed when the tests of the file are over. */
export function createProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-runtime-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  stopAtEnd(remove);
  killAtExit(remove);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/stateless-otp'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return folder;
}

/** Starts a file of a project on a runtime. */
export function startFile(
  runtime: RuntimeName,
  folder: string,
  file: string,
  env: Record<string, string> = {},
): RunningProcess {
  const cache = {
    DENO_DIR: join(folder, 'deno'),
    DENO_NO_UPDATE_CHECK: '1',
    BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0',
  };
  return startProcess(
    install(runtime),
    [...(runArguments[runtime] ?? []), join(folder, file)],
    { ...cache, ...env },
    folder,
  );
}

/** Bundles a file; without `isWhole`, packages stay imports. */
export async function bundle(entry: string, outfile: string, isWhole: boolean): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: isWhole ? ['workerd'] : [],
    packages: isWhole ? 'bundle' : 'external',
    logLevel: 'error',
  });
}

const configuration = (bindings: Record<string, string>, flags: string[]) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-07-01",
  compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [${Object.entries(bindings)
    .map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`)
    .join(', ')}],
);
`;

/** Starts a Worker on a free port, bundled with all that it imports. */
export async function startWorker(entry: string, bindings: Record<string, string> = {}) {
  const program = install('workerd');
  const folder = createProject();
  await bundle(entry, join(folder, 'worker.js'), true);
  writeFileSync(join(folder, 'config.capnp'), configuration(bindings, ['nodejs_compat']));
  const running = startProcess(program, ['serve', 'config.capnp', '--control-fd=1'], {}, folder);
  const [, port] = await running.waitFor(/"event":"listen","socket":"http","port":(\d+)/);
  return { ...running, url: `http://127.0.0.1:${port}` };
}
