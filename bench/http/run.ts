import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPeakMiB } from '../process-usage.js';
import { type CaseResult, type HttpRound, NotRunError } from '../results.js';
import { median } from '../statistics.js';
import { leadInShare, measureRound, type Running } from './measure.js';
import type { Operation } from './operations/operation.js';
import { type OperationName, operations } from './operations/operations.js';
import { type HttpContext, startSystem } from './start-system.js';
import type { System } from './system.js';
import { floorName, systems, workerSystems } from './systems.js';

export interface HttpCase {
  name: string;
  system: System;
  operation: OperationName;
  /** The name of the case that this one repeats as shipped. */
  shippedTwinOf?: string | undefined;
}

export const httpCases = listCases(systems);
export const workerCases = listCases(workerSystems);
export const floorCase = httpCases.find(({ system }) => system.name === floorName) as HttpCase;

/** Operation by operation, and each case next to its twin: what is compared is measured one after the other in each round. */
function listCases(of: System[]): HttpCase[] {
  return (Object.keys(operations) as OperationName[]).flatMap((operation) =>
    of
      .filter((system) => system.operations.includes(operation))
      .flatMap((system): HttpCase[] => {
        const name = `${system.name}: ${operation}`;
        const { shipped } = system;
        const plain = { name, system, operation };
        if (!shipped) return [plain];
        return [
          plain,
          { name: `${shipped.name}: ${operation}`, system: shipped, operation, shippedTwinOf: name },
        ];
      }),
  );
}

type Measuring = HttpCase & {
  running: Running;
  rate: number;
  rounds: HttpRound[];
  failure?: string;
};

/** Starts every system once, then measures the cases round by round: A B C, A B C, so that drift meets all alike. */
export async function runHttpCases(cases: HttpCase[], context: HttpContext): Promise<CaseResult<'http'>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-bench-'));
  const runnings = new Map<string, Running | NotRunError>();
  const stops: (() => Promise<void>)[] = [];
  try {
    for (const system of new Set(cases.map(({ system }) => system))) {
      context.progress.show(`starting ${system.name}`);
      runnings.set(system.name, await startSystem(system, folder, stops, context).catch(toNotRun));
    }
    const measuring: Measuring[] = [];
    for (const each of cases) {
      const running = runnings.get(each.system.name);
      if (!running || running instanceof NotRunError) continue;
      measuring.push({ ...each, running, rate: 0, rounds: [] });
    }
    for (const each of measuring) {
      context.progress.show(`warming up ${each.name}`);
      await warmUp(each, context).catch((error) => fail(each, error));
    }
    for (let round = 1; round <= context.rounds; round++) {
      for (const each of measuring.filter(({ failure }) => failure === undefined)) {
        context.progress.show(`round ${round} of ${context.rounds}: ${each.name}`);
        const options = { count: count(each, context), durationMs: context.roundSeconds * 1000 };
        await measureRound(operations[each.operation], each.running, options).then(
          (result) => each.rounds.push(result),
          (error) => fail(each, error),
        );
      }
    }
    const floorRounds = measuring.find(({ name }) => name === floorCase.name)?.rounds ?? [];
    return cases.map((each): CaseResult<'http'> => {
      const found = measuring.find(({ name }) => name === each.name);
      const running = runnings.get(each.system.name);
      const reason = found?.failure ?? (running instanceof NotRunError ? running.message : undefined);
      if (!found || reason !== undefined) {
        return { group: 'http', name: each.name, status: 'not run', reason: reason ?? 'unknown' };
      }
      return summarise(found, floorRounds);
    });
  } finally {
    await Promise.all(stops.map((stop) => stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until the code is compiled and the rate is known. */
async function warmUp(each: Measuring, context: HttpContext): Promise<void> {
  const operation: Operation = operations[each.operation];
  // Few requests compile nothing, and take long to prepare.
  for (const share of operation.isWhole ? [0.3] : [0.3, 0.8]) {
    const options = {
      count: each.rate === 0 ? context.firstRequests : count(each, context),
      durationMs: share * context.roundSeconds * 1000,
    };
    const { requestsPerSecond, errors } = await measureRound(operation, each.running, options);
    if (requestsPerSecond === 0) throw new NotRunError(`no good answer: ${JSON.stringify(errors)}`);
    each.rate = requestsPerSecond;
  }
}

/** A third more than the last round could have used. */
function count({ rate, rounds }: Measuring, { roundSeconds, firstRequests }: HttpContext): number {
  const latest = rounds.at(-1)?.requestsPerSecond ?? rate;
  const seconds = roundSeconds * (1 + leadInShare);
  return Math.max(firstRequests, Math.ceil(Math.max(latest, rate) * seconds * 1.3));
}

function fail(each: Measuring, error: unknown): void {
  each.failure = error instanceof Error ? error.message : String(error);
}

function toNotRun(error: unknown): NotRunError {
  return error instanceof NotRunError ? error : new NotRunError((error as Error).message);
}

function summarise(measured: Measuring, floorRounds: HttpRound[]): CaseResult<'http'> {
  const rounds = measured.rounds.map((round, index): HttpRound => {
    const floor = floorRounds[index]?.cpuMicrosPerRequest ?? null;
    const cpu = round.cpuMicrosPerRequest;
    return { ...round, timesFloor: floor === null || cpu === null ? null : cpu / floor };
  });
  const middle = (read: (round: HttpRound) => number) => median(rounds.map(read));
  const middleOrNull = (read: (round: HttpRound) => number | null) => {
    const values = rounds.map(read).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  return {
    group: 'http',
    name: measured.name,
    shippedTwinOf: measured.shippedTwinOf,
    status: 'measured',
    rounds,
    median: {
      requests: rounds.reduce((sum, { requests }) => sum + requests, 0),
      errors: rounds.flatMap(({ errors }) => Object.values(errors)).reduce((sum, times) => sum + times, 0),
      requestsPerSecond: middle((round) => round.requestsPerSecond),
      p50Ms: middle((round) => round.p50Ms),
      p99Ms: middle((round) => round.p99Ms),
      cpuMicrosPerRequest: middleOrNull((round) => round.cpuMicrosPerRequest),
      otherCpuMicrosPerRequest: middleOrNull((round) => round.otherCpuMicrosPerRequest),
      loadCpuMicrosPerRequest: middle((round) => round.loadCpuMicrosPerRequest),
      timesFloor: middleOrNull((round) => round.timesFloor),
      peakMiB: readPeakMiB(measured.running.server.pid),
    },
  };
}
