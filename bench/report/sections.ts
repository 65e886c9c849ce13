import type { Report } from '../results.js';
import { type FiguresOfRun, readFigures } from './figures.js';
import { formatGrowth, formatLibrary, formatStart, formatWorkers } from './other-sections.js';
import { formatTable, show } from './show.js';
import { compareWithTargets } from './targets.js';

/** The parts of docs/performance.md that a run fills, by name. */
export const sections: Record<string, (report: Report) => string> = {
  run: describeRun,
  shipped: ({ cases }) => formatShipped(readFigures(cases)),
  targets: ({ cases }) =>
    formatTable(
      ['figure', 'measured', 'goal', 'reached'],
      compareWithTargets(cases).map(({ figure, measured, toReach, isReached }) => [
        figure,
        measured,
        toReach,
        isReached ? 'yes' : '**no**',
      ]),
    ),
  compared: ({ cases }) => formatCompared(readFigures(cases)),
  special: ({ cases }) => formatSpecial(readFigures(cases)),
  library: ({ cases }) => formatLibrary(readFigures(cases)),
  start: ({ cases }) => formatStart(readFigures(cases)),
  growth: ({ cases }) => formatGrowth(readFigures(cases)),
  workers: ({ cases, machine }) => formatWorkers(readFigures(cases), Number(machine['cores'])),
};

function describeRun({ startedAt, seconds, machine, versions, settings, cases }: Report): string {
  const floor = readFigures(cases).find('http', 'bare node:http: post');
  const values = floor?.rounds.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest ?? Number.NaN) ?? [];
  const day = new Date(startedAt).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return [
    `One run on ${day}, at commit ${versions['commit'] ?? '–'}: ${machine['cores']} cores of an ${machine['processor']} in a virtual machine,`,
    `Node ${versions['node']?.replace('v', '')}, Redis ${versions['redis'] ?? '–'}; ${settings.rounds} rounds of ${settings.roundSeconds} s`,
    `in ${Math.round(seconds / 60)} minutes. The load of the machine before it was ${machine['loadBefore']}. The floor took`,
    `${show(Math.min(...values))} to ${show(Math.max(...values))} µs in the different rounds: the closer these are, the better the figures.`,
  ].join('\n');
}

const common = [
  'request',
  'request, known browser',
  'right verify',
  'right verify, remember',
  'wrong verify',
  'bearer, seen before',
  'bearer, new',
  'gate by cookie',
];

function formatShipped(figures: FiguresOfRun): string {
  const head = ['as shipped', 'memory', '× floor', 'requests/s', 'Redis', '× floor', 'requests/s'];
  const rows = common.map((operation) => [
    operation,
    ...['memory', 'redis'].flatMap((store) => {
      const name = `ours, ${store}, as shipped: ${operation}`;
      return [
        show(figures.cpu(name)),
        show(figures.timesFloor(name), 2),
        show(figures.find('http', name)?.median.requestsPerSecond ?? null),
      ];
    }),
  ]);
  return formatTable(head, rows);
}

const compared: Record<string, string> = {
  'ours, memory': 'ours, memory',
  'ours, redis': 'ours, Redis',
  'express + redis': 'Express 5 with ioredis',
  'better-auth, redis': 'better-auth with Redis',
  'fastapi seed': 'FastAPI seed, coroutines',
  'fastapi seed, routes in threads': 'FastAPI seed, threads',
  'django seed': 'Django seed, Redis',
};

function formatCompared(figures: FiguresOfRun): string {
  const operations = ['request', 'right verify', 'wrong verify', 'bearer, seen before', 'bearer, new'];
  return formatTable(
    ['CPU µs (× floor)', ...operations],
    Object.entries(compared).map(([system, title]) => [
      title,
      ...operations.map((operation) => showBoth(figures, `${system}: ${operation}`)),
    ]),
  );
}

const special = [
  'bare node:http: post',
  'hono: post',
  'hono + our guards: post',
  'hono: get',
  'hono: get as a gate',
  'ours, memory: gate by cookie',
  'ours, memory, behind nginx, as shipped: gate by cookie',
  'ours, memory, by SMTP, as shipped: request of 1000 recipients',
  'ours, memory, human check, as shipped: human check asked',
  'ours, memory, human check, as shipped: human check redeemed',
  'ours, memory, ES256: right verify',
  'ours, memory, ES256: bearer, new',
  'ours, memory, EdDSA: right verify',
  'ours, memory, EdDSA: bearer, new',
];

function formatSpecial(figures: FiguresOfRun): string {
  return formatTable(
    ['case', 'CPU µs/request', '× floor', 'CPU µs of nginx or the mail server', 'requests/s', 'p99 ms'],
    special.map((name) => {
      const median = figures.find('http', name)?.median;
      return [
        name,
        show(median?.cpuMicrosPerRequest ?? null),
        show(median?.timesFloor ?? null, 2),
        show(median?.otherCpuMicrosPerRequest ?? null),
        show(median?.requestsPerSecond ?? null),
        show(median?.p99Ms ?? null),
      ];
    }),
  );
}

function showBoth(figures: FiguresOfRun, name: string): string {
  const cpu = figures.cpu(name);
  return cpu === null ? '–' : `${show(cpu)} (${show(figures.timesFloor(name), 2)})`;
}
