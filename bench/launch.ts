import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const benchRoot = fileURLToPath(new URL('./', import.meta.url));

/** Which processors each part runs on, as `taskset` names them; null where they cannot be told apart. */
export interface Cores {
  server: string | null;
  load: string | null;
  store: string | null;
  all: string | null;
}

export interface Launched {
  pid: number;
  port: number;
  stop(): Promise<void>;
}

export interface LaunchOptions {
  command: string;
  args: string[];
  /** Given to the server besides the path to programs; `BENCH_PORT` is added. */
  env: Record<string, string>;
  core: string | null;
}

const patienceMs = 60_000;

/** A benchmark that breaks off must not leave a server behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export const unpinned: Cores = { server: null, load: null, store: null, all: null };

/** One core for the server and another for the load generator, where there are two and `taskset` is installed. */
export function chooseCores(): Cores {
  const [, list = ''] = /^Cpus_allowed_list:\s+(\S+)/m.exec(readStatus()) ?? [];
  const cores = list.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  });
  const [server, load, store] = cores;
  if (load === undefined || server === undefined || spawnSync('taskset', ['-V']).status !== 0) {
    return unpinned;
  }
  return { server, load, store: store ?? load, all: list };
}

/** Moves a running process, with its threads, to one core. */
export function pinProcess(pid: number, core: string | null): void {
  if (core !== null) spawnSync('taskset', ['-acp', core, String(pid)]);
}

export interface Spawned {
  pid: number;
  hasEnded(): boolean;
  /** What it complained of last. */
  findComplaint(): string;
  stop(): Promise<void>;
}

/** Starts a program in the folder of the benchmark. */
export function spawnPinned(
  command: string,
  args: string[],
  { env, core }: Pick<LaunchOptions, 'env' | 'core'>,
): Spawned {
  const pinned = core === null ? [command, ...args] : ['taskset', '-c', core, command, ...args];
  const child = spawn(pinned[0] as string, pinned.slice(1), {
    cwd: benchRoot,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let complaint = '';
  let hasEnded = false;
  child.stderr.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-4000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaint = error.message;
      hasEnded = true;
      resolve();
    });
    child.once('close', () => {
      hasEnded = true;
      running.delete(child);
      resolve();
    });
  });
  return {
    pid: child.pid as number,
    hasEnded: () => hasEnded,
    findComplaint: () => findComplaint(complaint),
    async stop() {
      child.kill('SIGTERM');
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 3000);
      await ended;
      clearTimeout(tooLong);
    },
  };
}

/**
 * Starts a server and waits until it takes connections.
 *
 * @throws Error with what it complained of, when it ends before that
 */
export async function launch({ command, args, env, core }: LaunchOptions): Promise<Launched> {
  const port = await findFreePort();
  const child = spawnPinned(command, args, { env: { ...env, BENCH_PORT: String(port) }, core });
  const deadline = Date.now() + patienceMs;
  while (!(await takesConnections(port))) {
    if (child.hasEnded()) throw new Error(`it ended at start: ${child.findComplaint()}`);
    if (Date.now() > deadline) {
      await child.stop();
      throw new Error(`it took no connection within ${patienceMs / 1000} s`);
    }
    await sleep(20);
  }
  return { pid: child.pid, port, stop: child.stop };
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

/** The line that names an error, or else the last. */
function findComplaint(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? '';
}
