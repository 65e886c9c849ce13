import { fork } from 'node:child_process';
import { once } from 'node:events';
import { benchRoot, pinProcess } from '../launch.js';

export type Order = 'fill' | 'bytes' | 'request' | 'verify';

/** A process with a store, which does what it is told. */
export interface Worker {
  order(order: Order, count: number): Promise<number>;
  stop(): void;
}

/** @param target `memory` or the URL of a Redis */
export function startWorker(target: string, identitiesPerAddress: number, core: string | null): Worker {
  const child = fork(`${benchRoot}growth/worker.mjs`, [target, String(identitiesPerAddress)], {
    execArgv: ['--expose-gc', '--max-old-space-size=4096'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  pinProcess(child.pid as number, core);
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  return {
    async order(order, count) {
      const ended = new AbortController();
      const { signal } = ended;
      child.send({ order, count });
      try {
        const [answer] = await Promise.race([
          once(child, 'message', { signal }),
          once(child, 'exit', { signal }).then(() => {
            throw new Error(/^\w*Error.*$/m.exec(complaint)?.[0] ?? 'the store failed');
          }),
        ]);
        return Number(answer);
      } finally {
        ended.abort();
      }
    },
    stop: () => void child.kill(),
  };
}
