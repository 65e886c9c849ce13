import { rmSync } from 'node:fs';
import type { Service } from './fleet.js';
import { noEnvFile, root, startProcess } from './process.js';
import { requireTool } from './tools.js';

/** Starts the built service on a free port, with a clock that is off by `shift`, such as `+1h`. */
export async function startShiftedService(shift: string, env: Record<string, string>): Promise<Service> {
  const args = ['-f', shift, process.execPath, `${root}dist/cli/main.js`, ...noEnvFile];
  for (let tries = 1; ; tries++) {
    const running = startProcess(requireTool('faketime'), args, { PORT: '0', ...env });
    try {
      const [, url = ''] = await running.waitFor(/API +(http:\S+)\/api\/v1/);
      const stop: Service['stop'] = async (signal) => {
        const ended = await running.stop(signal);
        removeTraces(running.child.pid as number);
        return ended;
      };
      return { ...running, url, stop };
    } catch (error) {
      if (tries === 5 || !/sem_open: File exists/.test(running.output.stderr)) throw error;
    }
  }
}

/** Ended by a signal, faketime leaves these behind, and cannot start under the same process number again. */
function removeTraces(pid: number): void {
  for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`]) {
    rmSync(`/dev/shm/${name}`, { force: true });
  }
}
