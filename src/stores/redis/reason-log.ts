import type { Logger } from '../../ports.js';
import { explain, isTelling } from './reasons.js';
import type { RedisClient } from './scripts.js';

/** Each reason is logged once in this time: during an outage every request fails for the same one. */
const quietMs = 10_000;
const maxReasons = 100;

/** Logs why Redis does not answer. Its listeners also keep ioredis from printing connection errors. */
export function createReasonLog(client: RedisClient, logger?: Pick<Logger, 'warn'>) {
  const quietUntil = new Map<string, number>();
  /** Why the connection was lost: failing commands only say that it is closed. */
  let lastReason: string | undefined;
  let hasStarted = false;

  function write(reason: string): void {
    if (!hasStarted) return;
    const now = performance.now();
    if (now < (quietUntil.get(reason) ?? 0)) return;
    if (quietUntil.size === maxReasons) quietUntil.clear();
    quietUntil.set(reason, now + quietMs);
    logger?.warn({ event: 'store.failing', reason }, 'Redis cannot answer');
  }

  /** @param address of the node of a cluster */
  function onError(error: unknown, address?: string): void {
    const reason = address === undefined ? explain(error) : `at ${address}, ${explain(error)}`;
    if (isTelling(error)) lastReason = reason;
    write(lastReason ?? reason);
  }

  function onReady(): void {
    lastReason = undefined;
  }

  client.on('error', onError);
  client.on('node error', onError);
  client.on('ready', onReady);
  const explainFully = (error: unknown) =>
    isTelling(error) ? explain(error) : (lastReason ?? explain(error));
  return {
    /** Why a command failed; for "connection is closed", why the connection was lost. */
    explain: explainFully,
    /** Starts logging. Before that, the error that the store rejects with gives the reason. */
    start(): void {
      hasStarted = true;
    },
    report: (error: unknown) => write(explainFully(error)),
    close(): void {
      client.off('error', onError);
      client.off('node error', onError);
      client.off('ready', onReady);
    },
  };
}
