import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { patienceMs } from './until.js';

export interface Ended {
  /** The exit code, or the name of a fault or a signal. */
  code: unknown;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Never rejects. */
export function runToEnd(command: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = {
      cwd: tmpdir(),
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
      timeout: patienceMs,
    };
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
  });
}

/** What a sample of the documentation prints for a token; null when it fails, which it must do without printing. */
export async function runSample(
  command: string,
  args: string[],
  env?: Record<string, string>,
): Promise<string | null> {
  const { code, stdout, stderr } = await runToEnd(command, args, env);
  if (code === 0) return stdout.trimEnd();
  if (stdout !== '') throw new Error(`${command} failed, but printed ${stdout}${stderr}`);
  return null;
}
