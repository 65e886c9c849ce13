import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cores, type Launched, launch } from '../launch.js';
import { type LoadGenerator, openLoadGenerator } from '../load.js';
import { readPeakMiB } from '../process-usage.js';
import type { Progress } from '../progress.js';
import type { RedisServer } from '../redis.js';
import { requireSoftware } from '../requirements.js';
import { type CaseResult, type HttpRound, NotRunError } from '../results.js';
import { median } from '../statistics.js';
import { leadInShare, measureRound, type Running } from './measure.js';
import { checkTokens } from './operations.js';
import { floorName, type Operation, type System, systems, workerSystems } from './systems.js';

export interface HttpContext {
  cores: Cores;
  connections: number;
  rounds: number;
  roundSeconds: number;
  /** Started by the first case that needs it. */
  useRedis(): Promise<RedisServer>;
  progress: Progress;
  /** Given to node before the file of each server. */
  nodeArgs?: string[];
  env?: Record<string, string>;
}

export interface HttpCase {
  name: string;
  system: System;
  operation: Operation;
  /** The name of the case that this one repeats as shipped. */
  shippedTwinOf?: string | undefined;
}

export const httpCases = listCases(systems);
export const workerCases = listCases(workerSystems);
export const floorCase = httpCases.find(({ system }) => system.name === floorName) as HttpCase;

function listCases(of: System[]): HttpCase[] {
  return of.flatMap((system) =>
    system.operations.flatMap((operation): HttpCase[] => {
      const name = `${system.name}: ${operation}`;
      const plain = { name, system, operation };
      const { shipped } = system;
      // One after the other in each round, so that the two are comparable.
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

/** Requests that are sent to learn how fast a system is, and the least that a round makes ready. */
const firstRequests = 200;

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
        await measureRound(each.operation, each.running, options).then(
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

/** @throws NotRunError when something that it needs is missing; Error when it does not start */
export async function startSystem(
  system: System,
  folder: string,
  stops: (() => Promise<void>)[],
  { cores, connections, useRedis, nodeArgs = [], env = {} }: HttpContext,
): Promise<Running> {
  for (const requirement of system.requires) requireSoftware(requirement);
  const codesFile = join(folder, `codes-${system.name.replace(/\W+/g, '-')}`);
  writeFileSync(codesFile, '');
  const redis = system.usesRedis ? await useRedis() : null;
  const server: Launched = await launch({
    command: system.command,
    args: [...nodeArgs, ...system.args],
    env: { ...system.env, ...env, BENCH_CODES_FILE: codesFile, ...(redis ? { REDIS_URL: redis.url } : {}) },
    core: cores.server,
  });
  stops.push(server.stop);
  const load: LoadGenerator = await openLoadGenerator(server.port, connections);
  stops.unshift(async () => load.close());
  const store = redis && {
    pid: redis.pid,
    clear: async () => void (await redis.client.flushall('ASYNC')),
  };
  const running = { system, server, load, codesFile, store };
  await checkTokens(running);
  return running;
}

/** Until the code is compiled and the rate is known. */
async function warmUp(each: Measuring, context: HttpContext): Promise<void> {
  for (const share of [0.2, 0.5, 0.5]) {
    const options = {
      count: each.rate === 0 ? firstRequests : count(each, context),
      durationMs: share * context.roundSeconds * 1000,
    };
    const { requestsPerSecond, errors } = await measureRound(each.operation, each.running, options);
    if (requestsPerSecond === 0) throw new NotRunError(`no good answer: ${JSON.stringify(errors)}`);
    each.rate = requestsPerSecond;
  }
}

/** A third more than the last round could have used. */
function count({ rate, rounds }: Measuring, { roundSeconds }: HttpContext): number {
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
      storeCpuMicrosPerRequest: middleOrNull((round) => round.storeCpuMicrosPerRequest),
      timesFloor: middleOrNull((round) => round.timesFloor),
      peakMiB: readPeakMiB(measured.running.server.pid),
    },
  };
}
