import { type ChildProcess, spawn } from 'node:child_process';
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import './fresh-connections.js';
import { settingNames } from '../../src/options/settings.js';
import { killAtExit, stopAtEnd } from './leftovers.js';
import { patienceMs } from './until.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface RunningProcess {
  child: ChildProcess;
  /** All of standard output and standard error so far. */
  output: { stdout: string; stderr: string };
  /** Resolves with the first match in standard output; rejects when the process ends without one. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends the process and whatever it started. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

// Where localhost has two addresses, Node leaves the first for the second, where nobody listens, after a pause of 250 ms.
setDefaultAutoSelectFamilyAttemptTimeout(patienceMs);

/** Settings of the machine that must not reach a test. */
const foreign = new Set<string>(settingNames.flatMap((name) => [name, `${name}_FILE`]));

/** Keeps a `.env` of the developer's out of a test. */
export const noEnvFile = ['--config', devNull];

/** Starts a command in a process group of its own, with nothing of ours in its environment but `env`. */
export function startProcess(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = root,
  user: { uid?: number; gid?: number } = {},
): RunningProcess {
  const clean = Object.entries(process.env).filter(
    ([name]) => !foreign.has(name) && !name.startsWith('npm_'),
  );
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...user,
  });
  let hasEnded = false;
  const killGroup = (signal: NodeJS.Signals) => {
    // Its number may be another's by now.
    if (hasEnded) return;
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      // It has ended by itself.
    }
  };
  // A test that fails before its end must not leave a service behind.
  const forget = killAtExit(() => killGroup('SIGKILL'));
  stopAtEnd(() => killGroup('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => {
      hasEnded = true;
      forget();
      resolve({ code, signal });
    });
  });
  return {
    child,
    output,
    exited,
    async waitFor(pattern) {
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const match = pattern.exec(output.stdout);
        if (match) return match;
        let timer: NodeJS.Timeout | undefined;
        const news = await Promise.race([
          new Promise<'more'>((resolve) => child.stdout.once('data', () => resolve('more'))),
          exited.then(() => 'ended' as const),
          new Promise<'late'>((resolve) => {
            timer = setTimeout(() => resolve('late'), deadline - Date.now());
          }),
        ]);
        clearTimeout(timer);
        if (news !== 'more' && !pattern.test(output.stdout)) {
          throw new Error(`${news} without ${pattern}:\n${output.stdout}\n${output.stderr}`);
        }
      }
    },
    async stop(signal = 'SIGTERM') {
      killGroup(signal);
      return exited;
    },
  };
}

/** Runs the built command line to its end. */
export async function runCli(args: string[], env: Record<string, string> = {}, cwd = tmpdir()) {
  const running = startProcess(process.execPath, [`${root}dist/cli/main.js`, ...args], env, cwd);
  const { code } = await running.exited;
  return { code, ...running.output };
}

/** What other servers are given on a machine that is slow or stalls for a moment, where a test does not set the limit. */
export const patientRedis = { REDIS_TIMEOUT_MS: '10000' };
export const patientDelivery = { DELIVERY_TIMEOUT_MS: '60000' };

/** Starts the built service on a free port. */
export async function startService(env: Record<string, string> = {}) {
  const { STORE, DELIVERY_BACKEND = 'console' } = env;
  const running = startProcess(process.execPath, [`${root}dist/cli/main.js`, ...noEnvFile], {
    PORT: '0',
    ...(STORE === 'redis' && patientRedis),
    ...(DELIVERY_BACKEND !== 'console' && patientDelivery),
    ...env,
  });
  const [, url = ''] = await running.waitFor(/API +(http:\S+)\/api\/v1/);
  return { ...running, url };
}

/** Posts JSON over a socket. */
export async function postTo(url: string, body: unknown, bearer?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(bearer && { Authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
