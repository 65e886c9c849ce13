import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureRound } from '../http/measure.js';
import { operations } from '../http/operations/operations.js';
import type { HttpCase } from '../http/run.js';
import { type HttpContext, startSystem } from '../http/start-system.js';
import { computeShares, type Share } from './shares.js';

const warmUpMs = 2000;
const patienceMs = 30_000;
const listed = { parts: 25, functions: 45 };

/** Profiles each case by itself; writes `<case>.cpuprofile`, for flame graphs, and returns tables of shares. */
export async function profileCases(cases: HttpCase[], context: HttpContext, output: string): Promise<string> {
  mkdirSync(output, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-bench-'));
  const texts: string[] = [];
  try {
    for (const each of cases) {
      context.progress.show(`profiling ${each.name}`);
      const file = join(output, `${each.name.replace(/\W+/g, '-')}.cpuprofile`);
      rmSync(file, { force: true });
      texts.push(await profileCase(each, context, folder, file));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return texts.join('\n');
}

async function profileCase(each: HttpCase, context: HttpContext, folder: string, file: string) {
  const stops: (() => Promise<void>)[] = [];
  try {
    const running = await startSystem(each.system, folder, stops, {
      ...context,
      nodeArgs: ['--import', './servers/profiler.mjs'],
      env: { BENCH_PROFILE_FILE: file },
    });
    const { server } = running;
    const operation = operations[each.operation];
    const first = await measureRound(operation, running, { count: 20_000, durationMs: warmUpMs });
    const durationMs = context.roundSeconds * 1000;
    const count = Math.ceil(first.requestsPerSecond * context.roundSeconds * 1.3);
    const { requests, cpuMicrosPerRequest } = await measureRound(operation, running, {
      count,
      durationMs,
      onReady: async () => {
        process.kill(server.pid, 'SIGUSR2');
        await sleep(100);
      },
    });
    process.kill(server.pid, 'SIGUSR2');
    const deadline = Date.now() + patienceMs;
    while (!existsSync(file) || readFileSync(file, 'utf8').at(-1) !== '}') {
      if (Date.now() > deadline) throw new Error(`${each.name}: no profile was written`);
      await sleep(50);
    }
    const { parts, functions } = computeShares(JSON.parse(readFileSync(file, 'utf8')));
    const cpu = cpuMicrosPerRequest?.toPrecision(3) ?? '–';
    return [
      `## ${each.name}: ${cpu} µs a request, profiler included; ${requests} requests`,
      `${relative(process.cwd(), file)}\n`,
      formatShares('part', parts.slice(0, listed.parts)),
      formatShares('function', functions.slice(0, listed.functions)),
    ].join('\n');
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

function formatShares(what: string, shares: Share[]): string {
  const rows = shares.map(({ name, self, total }) => `| ${name} | ${percent(self)} | ${percent(total)} |`);
  return `| ${what} | itself | with what it calls |\n|---|---:|---:|\n${rows.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
