import type { Launched } from '../launch.js';
import { readCpuMicros } from '../process-usage.js';
import type { HttpRound } from '../results.js';
import { percentile } from '../statistics.js';
import { prepare, type Target } from './operations.js';
import type { Operation } from './systems.js';

/** A running system. */
export interface Running extends Target {
  server: Launched;
  /** The Redis that it uses, if any. */
  store: { pid: number; clear(): Promise<void> } | null;
}

export interface MeasureOptions {
  /** Requests to make ready, where they have to be. */
  count: number;
  durationMs: number;
}

/** One round: makes the requests ready, then sends them and reads what the server has used meanwhile. */
export async function measureRound(
  operation: Operation,
  running: Running,
  { count, durationMs }: MeasureOptions,
): Promise<HttpRound> {
  const { server, store, load } = running;
  const supply = await prepare(operation, running, count);
  const [cpuBefore, storeBefore] = [readCpuMicros(server.pid), store && readCpuMicros(store.pid)];
  const { requests, errors, elapsedMs, latenciesMs } = await load.run({ ...supply, durationMs });
  const [cpuAfter, storeAfter] = [readCpuMicros(server.pid), store && readCpuMicros(store.pid)];
  await store?.clear();
  const total = requests + Object.values(errors).reduce((sum, times) => sum + times, 0);
  return {
    requests,
    errors,
    requestsPerSecond: (requests / elapsedMs) * 1000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuMicrosPerRequest: divide(cpuBefore, cpuAfter, total),
    storeCpuMicrosPerRequest: divide(storeBefore, storeAfter, total),
    timesFloor: null,
  };
}

function divide(before: number | null, after: number | null, total: number): number | null {
  return before === null || after === null || total === 0 ? null : (after - before) / total;
}
