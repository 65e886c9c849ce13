import { type RunningProcess, startProcess } from './process.js';
import { requireTool } from './tools.js';

/** What standard error can be, as far as a reader can stall it. */
export const outputKinds = ['pipe', 'socket', 'terminal'] as const;
export type OutputKind = (typeof outputKinds)[number];

/** Runs a command whose standard error nobody reads, passes it on from SIGUSR1 on, and ends when it has. */
const relay = `
import os, pty, signal, socket, subprocess, sys
kind, command = sys.argv[1], sys.argv[2:]
if kind == 'pipe': near, far = os.pipe()
elif kind == 'socket': near, far = (end.detach() for end in socket.socketpair())
else: near, far = pty.openpty()
started = subprocess.Popen(command, stderr=far)
os.close(far)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
signal.sigwait([signal.SIGUSR1])
try:
    while chunk := os.read(near, 65536):
        sys.stderr.buffer.write(chunk)
        sys.stderr.buffer.flush()
except OSError: pass # How a terminal tells that it was closed.
sys.exit(started.wait())
`;

export interface StalledProcess extends RunningProcess {
  /** From now on, standard error is read. */
  read(): void;
  /** What has been read, line by line. */
  readLines(): Record<string, unknown>[];
}

export function startStalled(
  kind: OutputKind,
  command: string[],
  env: Record<string, string> = {},
): StalledProcess {
  const running = startProcess(requireTool('python3'), ['-c', relay, kind, ...command], env);
  return {
    ...running,
    read: () => void running.child.kill('SIGUSR1'),
    readLines: () =>
      running.output.stderr
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
  };
}
