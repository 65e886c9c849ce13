import { spawn } from 'node:child_process';
import { benchRoot, type Cores } from '../launch.js';
import type { Progress } from '../progress.js';
import type { RedisServer } from '../redis.js';
import type { CaseResult, GrowthFigures } from '../results.js';

export interface GrowthContext {
  cores: Cores;
  useRedis(): Promise<RedisServer>;
  progress: Progress;
}

export interface GrowthCase {
  name: string;
  store: 'memory' | 'redis';
  pending: number;
}

/** Calls that are timed once the store is filled. */
const timedCalls = { memory: 20_000, redis: 10_000 };

export function listGrowthCases(sizes: Record<GrowthCase['store'], number[]>): GrowthCase[] {
  return (['memory', 'redis'] as const).flatMap((store) =>
    sizes[store].map((pending) => ({ name: `growth ${store}: ${pending} pending`, store, pending })),
  );
}

/** Each size in a process of its own, once: filling a store is long, and what it costs is steady. */
export async function runGrowthCases(
  cases: GrowthCase[],
  { cores, useRedis, progress }: GrowthContext,
): Promise<CaseResult<'growth'>[]> {
  const results: CaseResult<'growth'>[] = [];
  for (const { name, store, pending } of cases) {
    progress.show(name);
    try {
      const redis = store === 'redis' ? await useRedis() : null;
      await redis?.client.flushall();
      const args = [redis?.url ?? 'memory', String(pending), String(timedCalls[store])];
      const figures = await runWorker(args, cores.server);
      await redis?.client.flushall();
      results.push({ group: 'growth', name, status: 'measured', rounds: [figures], median: figures });
    } catch (error) {
      results.push({ group: 'growth', name, status: 'not run', reason: (error as Error).message });
    }
  }
  return results;
}

function runWorker(args: string[], core: string | null): Promise<GrowthFigures> {
  const command = [process.execPath, '--expose-gc', `${benchRoot}growth/worker.mjs`, ...args];
  const pinned = core === null ? command : ['taskset', '-c', core, ...command];
  return new Promise((resolve, reject) => {
    const child = spawn(pinned[0] as string, pinned.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('close', (status) => {
      if (status === 0) resolve(JSON.parse(stdout));
      else reject(new Error(/^\w*Error.*$/m.exec(stderr)?.[0] ?? `it ended with ${status}`));
    });
  });
}
