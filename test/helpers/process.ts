import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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

/** Settings of the machine that must not reach a test. */
const foreign =
  /^(OTP|JWT|SMTP|RATE|DELIVERY|STORE|HOST|PORT|NODE_ENV|CORS|TRUSTED|LOG_LEVEL|REDIS|WORKERS|API_KEYS|npm_)/;

/** Starts a command in a process group of its own, with nothing of ours in its environment but `env`. */
export function startProcess(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = root,
  user: { uid?: number; gid?: number } = {},
): RunningProcess {
  const clean = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...user,
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    output,
    exited,
    async waitFor(pattern) {
      for (;;) {
        const match = pattern.exec(output.stdout);
        if (match) return match;
        const more = new Promise((resolve) => child.stdout.once('data', resolve));
        const ended = await Promise.race([more.then(() => false), exited.then(() => true)]);
        if (ended && !pattern.test(output.stdout)) {
          throw new Error(`ended without ${pattern}:\n${output.stdout}\n${output.stderr}`);
        }
      }
    },
    async stop(signal = 'SIGTERM') {
      try {
        process.kill(-(child.pid as number), signal);
      } catch {
        // It has ended by itself.
      }
      return exited;
    },
  };
}

/** Runs the built command line to its end. */
export async function runCli(args: string[], env: Record<string, string> = {}, cwd = root) {
  const running = startProcess(process.execPath, [`${root}dist/cli/main.js`, ...args], env, cwd);
  const { code } = await running.exited;
  return { code, ...running.output };
}

/** Starts the built service on a free port. */
export async function startService(env: Record<string, string> = {}) {
  const running = startProcess(process.execPath, [`${root}dist/cli/main.js`], { PORT: '0', ...env });
  const [, url = ''] = await running.waitFor(/API +(http:\S+)\/api\/v1/);
  return { ...running, url };
}

/** Posts JSON over a socket. */
export async function postTo(url: string, body: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}
