import type { Cores } from '../launch.js';
import { countCpuMicros, readCpu } from '../process-usage.js';
import type { Progress } from '../progress.js';
import { type RedisServer, startRedis } from '../redis.js';
import type { CaseResult, GrowthFigures } from '../results.js';
import { median } from '../statistics.js';
import { startWorker, type Worker } from './worker.js';

export interface GrowthContext {
  cores: Cores;
  rounds: number;
  /** Calls of a round. */
  growthCalls: number;
  progress: Progress;
}

export interface GrowthCase {
  name: string;
  store: 'memory' | 'redis';
  pending: number;
  identitiesPerAddress: number;
}

interface Filled {
  worker: Worker;
  redis: RedisServer | null;
  bytesPerIdentity: number;
  rounds: GrowthFigures[];
}

const batchSize = 1000;
/** As many as one address may ask for in ten minutes. */
const sharedBy = 50;

export function listGrowthCases(sizes: number[]): GrowthCase[] {
  const stores = ['memory', 'redis'] as const;
  return stores.flatMap((store) => [
    ...sizes.map((pending) => ({
      name: `growth ${store}: ${pending} pending`,
      store,
      pending,
      identitiesPerAddress: sharedBy,
    })),
    {
      name: `growth ${store}: ${sizes[0]} pending, each from its own address`,
      store,
      pending: sizes[0] as number,
      identitiesPerAddress: 1,
    },
  ]);
}

/** All sizes are filled first, each in a process and a Redis of its own; then they are measured in turn, round by round. */
export async function runGrowthCases(
  cases: GrowthCase[],
  context: GrowthContext,
): Promise<CaseResult<'growth'>[]> {
  const filled = new Map<string, Filled>();
  const failures = new Map<string, string>();
  const attempt = (name: string, what: Promise<void>) =>
    what.catch((error: Error) => void failures.set(name, error.message));
  try {
    for (const each of cases) {
      context.progress.show(`filling ${each.name}`);
      await attempt(
        each.name,
        fill(each, context).then((one) => void filled.set(each.name, one)),
      );
    }
    for (let round = 0; round <= context.rounds; round++) {
      for (const { name, pending } of cases) {
        const one = filled.get(name);
        if (!one || failures.has(name)) continue;
        context.progress.show(`round ${round} of ${context.rounds}: ${name}`);
        await attempt(
          name,
          measureRound(one, pending, context).then((figures) => {
            // The first compiles the code.
            if (round > 0) one.rounds.push(figures);
          }),
        );
      }
    }
  } finally {
    for (const { worker, redis } of filled.values()) {
      worker.stop();
      await redis?.stop();
    }
  }
  return cases.map(({ name, pending }): CaseResult<'growth'> => {
    const one = filled.get(name);
    const reason = failures.get(name);
    if (!one || reason !== undefined) {
      return { group: 'growth', name, status: 'not run', reason: reason ?? 'unknown' };
    }
    const { rounds, bytesPerIdentity } = one;
    const middle = (key: 'requestMicros' | 'verifyMicros') => median(rounds.map((round) => round[key]));
    return {
      group: 'growth',
      name,
      status: 'measured',
      rounds,
      median: {
        pending,
        bytesPerIdentity,
        requestMicros: middle('requestMicros'),
        verifyMicros: middle('verifyMicros'),
      },
    };
  });
}

async function fill(
  { store, pending, identitiesPerAddress }: GrowthCase,
  { cores, growthCalls }: GrowthContext,
): Promise<Filled> {
  const redis = store === 'redis' ? await startRedis(cores.store) : null;
  const worker = startWorker(redis?.url ?? 'memory', identitiesPerAddress, cores.server);
  const readBytes = () => (redis ? readRedisBytes(redis) : worker.order('bytes', 0));
  // Also makes tables as large as they are without entries.
  await worker.order('request', Math.min(batchSize, growthCalls));
  await worker.order('bytes', 0);
  const before = await readBytes();
  await worker.order('fill', pending);
  return { worker, redis, bytesPerIdentity: ((await readBytes()) - before) / pending, rounds: [] };
}

/** As many are verified as are requested, in turn, so that the number of those pending hardly changes. */
async function measureRound(
  { worker, redis, bytesPerIdentity }: Filled,
  pending: number,
  { growthCalls }: GrowthContext,
): Promise<GrowthFigures> {
  const used = { request: 0, verify: 0 };
  for (let done = 0; done < growthCalls; done += batchSize) {
    for (const order of ['request', 'verify'] as const) {
      const before = redis && readCpu(redis.pid);
      used[order] += await worker.order(order, Math.min(batchSize, growthCalls));
      const after = redis && readCpu(redis.pid);
      used[order] += (before && after && countCpuMicros(before, after)) ?? 0;
    }
  }
  const calls = Math.ceil(growthCalls / batchSize) * Math.min(batchSize, growthCalls);
  const [requestMicros, verifyMicros] = [used.request / calls, used.verify / calls];
  return { pending, bytesPerIdentity, requestMicros, verifyMicros };
}

async function readRedisBytes({ client }: RedisServer): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
}
