import { setTimeout as sleep } from 'node:timers/promises';
import { secrets } from '../http/our-systems.js';
import { benchRoot, type Cores, findFreePort, spawnPinned } from '../launch.js';
import { countCpuMicros, readCpu, readResidentMiB } from '../process-usage.js';
import type { Progress } from '../progress.js';
import type { RedisServer } from '../redis.js';
import type { CaseResult, StartFigures } from '../results.js';
import { median } from '../statistics.js';

export interface StartContext {
  cores: Cores;
  rounds: number;
  /** How long a server that has started stands idle before its memory is read. */
  idleMs: number;
  useRedis(): Promise<RedisServer>;
  progress: Progress;
}

export interface StartCase {
  name: string;
  store: 'memory' | 'redis' | null;
}

/** The service as `stateless-otp` starts it; without a store: a server that does nothing. */
export const startCases: StartCase[] = [
  { name: 'start bare node:http', store: null },
  { name: 'start memory', store: 'memory' },
  { name: 'start redis', store: 'redis' },
];

const askEveryMs = 2;
const patienceMs = 60_000;
const body = JSON.stringify({ identity: 'alice@example.com' });

export async function runStartCases(
  cases: StartCase[],
  context: StartContext,
): Promise<CaseResult<'start'>[]> {
  const rounds = new Map(cases.map(({ name }) => [name, [] as StartFigures[]]));
  const failures = new Map<string, string>();
  // What this process itself has to load first is not the server's time.
  await isAnswered('http://127.0.0.1:9/');
  for (let round = 1; round <= context.rounds; round++) {
    for (const each of cases.filter(({ name }) => !failures.has(name))) {
      context.progress.show(`round ${round} of ${context.rounds}: ${each.name}`);
      await start(each, context).then(
        (figures) => rounds.get(each.name)?.push(figures),
        (error: Error) => failures.set(each.name, error.message),
      );
    }
  }
  return cases.map(({ name }): CaseResult<'start'> => {
    const reason = failures.get(name);
    if (reason !== undefined) return { group: 'start', name, status: 'not run', reason };
    const measured = rounds.get(name) ?? [];
    const middle = (key: keyof StartFigures) => median(measured.map((round) => round[key]));
    return {
      group: 'start',
      name,
      status: 'measured',
      rounds: measured,
      median: {
        firstAnswerMs: middle('firstAnswerMs'),
        cpuMs: middle('cpuMs'),
        idleMiB: middle('idleMiB'),
      },
    };
  });
}

async function start({ store }: StartCase, { cores, idleMs, useRedis }: StartContext): Promise<StartFigures> {
  const port = String(await findFreePort());
  const redisUrl = store === 'redis' ? { REDIS_URL: (await useRedis()).url } : {};
  const [args, path, env] = store
    ? [
        [`${benchRoot}../dist/cli/main.js`, '--config', '/dev/null'],
        '/api/v1/otp/request',
        {
          ...secrets,
          ...redisUrl,
          NODE_ENV: 'production',
          OTP_ALLOW_CONSOLE_DELIVERY: 'true',
          PORT: port,
          REDIS_TIMEOUT_MS: '10000',
          STORE: store,
        },
      ]
    : [[`${benchRoot}servers/floor.mjs`], '/', { BENCH_PORT: port }];
  const startedAt = performance.now();
  const child = spawnPinned(process.execPath, args, { env, core: cores.server });
  try {
    while (!(await isAnswered(`http://127.0.0.1:${port}${path}`))) {
      if (child.hasEnded()) throw new Error(`it ended at start: ${child.findComplaint()}`);
      if (performance.now() - startedAt > patienceMs) throw new Error('it never answered');
      await sleep(askEveryMs);
    }
    const firstAnswerMs = performance.now() - startedAt;
    const cpu = countCpuMicros({ threads: new Map(), ticks: 0 }, readCpu(child.pid));
    await sleep(idleMs);
    return {
      firstAnswerMs,
      cpuMs: (cpu ?? Number.NaN) / 1000,
      idleMiB: readResidentMiB(child.pid) ?? Number.NaN,
    };
  } finally {
    await child.stop();
  }
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
