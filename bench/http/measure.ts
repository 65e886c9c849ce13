import { setTimeout as sleep } from 'node:timers/promises';
import type { Launched } from '../launch.js';
import { type CpuReading, countCpuMicros, readCpu } from '../process-usage.js';
import type { HttpRound } from '../results.js';
import { percentile } from '../statistics.js';
import { prepare, type Supply, type Target } from './operations.js';
import type { Operation } from './systems.js';

/** A running system. */
export interface Running extends Target {
  server: Launched;
  /** The Redis that it uses, if any. */
  store: { pid: number; clear(): Promise<void> } | null;
}

/**
 * Making requests ready can take longer than servers keep an idle connection: that it was closed has to be noticed before
 * something is sent over it.
 */
const settleMs = 20;

/**
 * What a round begins with, as a share of it, and what is not counted. A server that has stood idle while others were measured
 * has let go of compiled code and memory: whichever operation comes first would pay for getting them back.
 */
export const leadInShare = 0.15;

export interface MeasureOptions {
  /** Requests to make ready, where they have to be. */
  count: number;
  durationMs: number;
  /** Called when the requests are ready, before the first is sent. */
  onReady?(): Promise<void>;
}

/** One round: makes the requests ready, then sends them and reads what the server has used meanwhile. */
export async function measureRound(
  operation: Operation,
  running: Running,
  { count, durationMs, onReady }: MeasureOptions,
): Promise<HttpRound> {
  const { server, store, load } = running;
  const supply = await prepare(operation, running, count);
  await onReady?.();
  await sleep(settleMs);
  await load.run({ ...takeShare(supply), durationMs: durationMs * leadInShare });
  const [cpuBefore, storeBefore] = [readCpu(server.pid), store && readCpu(store.pid)];
  const { requests, errors, elapsedMs, latenciesMs } = await load.run({ ...supply, durationMs });
  const [cpuAfter, storeAfter] = [readCpu(server.pid), store && readCpu(store.pid)];
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

function takeShare(supply: Supply): Supply {
  let left = supply.size * leadInShare;
  return { ...supply, next: () => (--left >= 0 ? supply.next() : null) };
}

function divide(before: CpuReading | null, after: CpuReading | null, total: number): number | null {
  const micros = before && after && countCpuMicros(before, after);
  return micros === null || total === 0 ? null : micros / total;
}
