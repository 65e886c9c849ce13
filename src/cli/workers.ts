import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import type { Logger } from '../ports.js';

/** A worker that lived this long is replaced without waiting. */
const stableMs = 10_000;
const maxDelayMs = 10_000;

export function countWorkers(workers: string): number {
  return workers === 'auto' ? availableParallelism() : Number(workers);
}

/**
 * Runs the workers and replaces those that die, until a signal comes: the first lets them finish, the second
 * ends them at once. A worker that dies before any has listened takes the process down with its exit code.
 */
export function runWorkers(parts: {
  count: number;
  /** Given to every worker in addition to the environment of this process. */
  env: Record<string, string>;
  logger: Logger;
  /** Called once, when the first worker listens. */
  onListening(port: number): void;
}): void {
  const { count, env, logger, onListening } = parts;
  let hasListened = false;
  let isStopping = false;
  let quickDeaths = 0;

  function start(): void {
    const startedAt = performance.now();
    const worker = cluster.fork(env);
    worker.once('exit', (code, signal) => {
      if (isStopping) return leaveWhenEmpty();
      // A worker that a signal has killed has no exit code, and failed too.
      if (!hasListened) return process.exit(code ?? 1);
      quickDeaths = performance.now() - startedAt < stableMs ? quickDeaths + 1 : 0;
      const delayMs = quickDeaths === 0 ? 0 : Math.min(100 * 2 ** quickDeaths, maxDelayMs);
      logger.error({ pid: worker.process.pid, code, signal, delayMs }, 'worker died; it is replaced');
      setTimeout(() => isStopping || start(), delayMs);
    });
  }

  function leaveWhenEmpty(): void {
    if (listWorkers().length === 0) process.exit(0);
  }

  function stop(signal: NodeJS.Signals): void {
    if (isStopping) {
      for (const worker of listWorkers()) worker.process.kill('SIGKILL');
      process.exit(1);
    }
    isStopping = true;
    logger.info({ signal }, 'stopping the workers');
    for (const worker of listWorkers()) worker.process.kill('SIGTERM');
    leaveWhenEmpty();
  }

  cluster.once('listening', (_worker, address) => {
    hasListened = true;
    onListening(address.port);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  for (let i = 0; i < count; i++) start();
}

export function listWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}
