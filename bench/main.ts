import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNode } from '../scripts/install-node.mjs';
import { listGrowthCases, runGrowthCases } from './growth/run.js';
import { floorCase, type HttpCase, httpCases, runHttpCases, workerCases } from './http/run.js';
import type { HttpContext } from './http/start-system.js';
import { chooseCores, pinProcess, unpinned } from './launch.js';
import { libraryCases, runLibraryCases } from './library/run.js';
import { describeMachine, readVersions } from './machine.js';
import { type BenchOptions, help, readOptions } from './options.js';
import { profileCases } from './profile/run.js';
import { createProgress } from './progress.js';
import { type RedisServer, startRedis } from './redis.js';
import { writePage } from './report/page.js';
import { compareWithTargets } from './report/targets.js';
import { writeReport } from './report/write.js';
import type { CaseResult, Report } from './results.js';
import { runStartCases, startCases } from './start/run.js';

async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) return print(help);
  if (options.node !== undefined) return runOn(options.node, args);
  if (options.from !== undefined) return finish(JSON.parse(readFileSync(options.from, 'utf8')), options);
  const growthCases = listGrowthCases(options.sizes);
  const all = [...httpCases, ...workerCases, ...libraryCases, ...startCases, ...growthCases].map(
    ({ name }) => name,
  );
  if (options.isList) return print(`${all.join('\n')}\n`);
  const isWanted = ({ name, shippedTwinOf = name }: { name: string; shippedTwinOf?: string | undefined }) =>
    options.wanted.length === 0 ||
    options.wanted.some((word) => name.includes(word) || shippedTwinOf.includes(word));
  if (!all.some((name) => isWanted({ name }))) {
    throw new RangeError(`no case is named like ${options.wanted.join(', ')}; --list shows all`);
  }
  const chosen = {
    http: httpCases.filter(isWanted),
    workers: workerCases.filter(isWanted),
    library: libraryCases.filter(isWanted),
    start: startCases.filter(isWanted),
    growth: growthCases.filter(isWanted),
  };
  process.stderr.write(`Node ${process.version}\n`);
  if (options.isProfile) return print(await profile(options, chosen.http));
  finish(await measure(options, chosen), options);
}

function finish(report: Report, { outputFolder, writesPage }: BenchOptions): void {
  const files = writeReport(report, outputFolder);
  if (writesPage) writePage(report);
  for (const { figure, measured, toReach, isReached } of compareWithTargets(report.cases)) {
    print(`${isReached ? 'reached' : 'MISSED '}  ${figure}: ${measured} (${toReach})\n`);
  }
  print(`${files.join('\n')}\n`);
}

/** Starts this program again, on another version of Node. */
function runOn(version: string, args: string[]): void {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='));
  const others = args.toSpliced(at, args[at] === '--node' ? 2 : 1);
  const node = join(installNode(version), 'node');
  const program = [...process.execArgv, fileURLToPath(import.meta.url)];
  const child = spawn(node, [...program, ...others], { stdio: 'inherit' });
  child.on('exit', (status) => {
    process.exitCode = status ?? 1;
  });
}

interface Chosen {
  http: typeof httpCases;
  workers: typeof workerCases;
  library: typeof libraryCases;
  start: typeof startCases;
  growth: ReturnType<typeof listGrowthCases>;
}

type Context = BenchOptions & HttpContext;

/** What is ours or runs in node can be profiled. */
async function profile(options: BenchOptions, cases: HttpCase[]): Promise<string> {
  const ours = cases.filter(({ system }) => system.command === process.execPath);
  return withContext(options, (context) => profileCases(ours, context, options.outputFolder));
}

/** With a Redis for those who ask for it, and this process out of the way of the servers. */
async function withContext<Result>(
  options: BenchOptions,
  run: (context: Context) => Promise<Result>,
): Promise<Result> {
  const cores = options.isPinned ? chooseCores() : unpinned;
  pinProcess(process.pid, cores.load);
  let redis: RedisServer | undefined;
  const useRedis = async () => {
    redis ??= await startRedis(cores.store);
    return redis;
  };
  try {
    return await run({ ...options, cores, useRedis, progress: createProgress(process.stderr, Date.now) });
  } finally {
    await redis?.stop();
  }
}

async function measure(options: BenchOptions, chosen: Chosen): Promise<Report> {
  const startedAt = new Date();
  return withContext(options, async (context) => {
    const machine = describeMachine(context.cores);
    const cases: CaseResult[] = [];
    // Without the floor no figure says anything.
    const http = chosen.http.includes(floorCase) ? chosen.http : [floorCase, ...chosen.http];
    if (chosen.http.length > 0) cases.push(...(await runHttpCases(http, context)));
    if (chosen.workers.length > 0) {
      const allCores = { ...context, cores: { ...context.cores, server: context.cores.all } };
      const results = await runHttpCases(chosen.workers, allCores);
      cases.push(...results.map((result) => ({ ...result, group: 'workers' as const })));
    }
    if (chosen.library.length > 0) cases.push(...(await runLibraryCases(chosen.library, context)));
    if (chosen.start.length > 0) cases.push(...(await runStartCases(chosen.start, context)));
    if (chosen.growth.length > 0) cases.push(...(await runGrowthCases(chosen.growth, context)));
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    context.progress.say(`${cases.length} cases in ${Math.round(seconds)} s`);
    const { rounds, roundSeconds, connections, isQuick } = options;
    return {
      format: 2,
      startedAt: startedAt.toISOString(),
      seconds,
      settings: { rounds, roundSeconds, connections, isQuick },
      machine,
      versions: readVersions(),
      cases,
    };
  });
}

function print(text: string): void {
  process.stdout.write(text);
}

main(process.argv.slice(2)).catch((error: Error & { code?: string }) => {
  const isUsage = error instanceof RangeError || error.code?.startsWith('ERR_PARSE_ARGS_');
  process.stderr.write(isUsage ? `bench: ${error.message} (see --help)\n` : `${error.stack}\n`);
  process.exitCode = isUsage ? 2 : 1;
});
