import type { Launched } from '../launch.js';
import type { LoadGenerator } from '../load.js';
import { type CpuReading, countCpuMicros, readCpu } from '../process-usage.js';
import type { HttpRound } from '../results.js';
import { percentile } from '../statistics.js';
import type { Operation, Target } from './operations/operation.js';
import type { Supply } from './operations/supply.js';

/** A running system. */
export interface Running extends Target {
  server: Launched;
  /** What is measured goes this way; `load` goes straight to the server. */
  measuredLoad: LoadGenerator;
  /** Of the Redis, mail server or nginx that works with it; null without any. */
  otherPid: number | null;
  /** Empties its Redis, if it has one. */
  clear(): Promise<void>;
}

/**
 * What a round begins with, as a share of it, and what is not counted. A server that has stood idle while others were measured
 * has let go of compiled code and memory: whichever operation comes first would pay for getting them back.
 */
export const leadInShare = 0.15;

/** Longest time that a round takes whose requests are all sent. */
const wholeMs = 30_000;

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
  const { server, otherPid, measuredLoad: load } = running;
  const supply = await operation.prepare(running, Math.min(count, operation.most ?? count));
  await onReady?.();
  if (!operation.isWhole) await load.run({ ...takeShare(supply), durationMs: durationMs * leadInShare });
  const [before, otherBefore] = [readCpu(server.pid), otherPid && readCpu(otherPid)];
  const loadBefore = process.cpuUsage();
  const { requests, errors, elapsedMs, latenciesMs } = await load.run({
    ...supply,
    durationMs: operation.isWhole ? wholeMs : durationMs,
  });
  const [after, otherAfter] = [readCpu(server.pid), otherPid && readCpu(otherPid)];
  const loadUsage = process.cpuUsage(loadBefore);
  supply.check?.();
  await running.clear();
  const total = requests + Object.values(errors).reduce((sum, times) => sum + times, 0);
  return {
    requests,
    errors,
    requestsPerSecond: (requests / elapsedMs) * 1000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    cpuMicrosPerRequest: divide(before, after, total),
    otherCpuMicrosPerRequest: divide(otherBefore, otherAfter, total),
    loadCpuMicrosPerRequest: (loadUsage.user + loadUsage.system) / Math.max(1, total),
    timesFloor: null,
  };
}

function takeShare(supply: Supply): Supply {
  let left = supply.size * leadInShare;
  return { ...supply, next: () => (--left >= 0 ? supply.next() : null) };
}

function divide(before: CpuReading | null | 0, after: CpuReading | null | 0, total: number): number | null {
  const micros = before && after && countCpuMicros(before, after);
  return micros === null || total === 0 ? null : micros / total;
}
