import type { CaseResult, Group, HttpFigures, Report } from '../results.js';
import type { Measured } from './figures.js';
import { formatTable, show } from './show.js';
import { compareWithTargets } from './targets.js';

/** The tables of one run. */
export function formatMarkdown(report: Report): string {
  const { machine, versions, settings } = report;
  const { rounds, roundSeconds, connections } = settings;
  return [
    `# Benchmark of ${report.startedAt.slice(0, 10)}`,
    `Node ${versions['node']?.replace('v', '')}. ${rounds} interleaved rounds of ${roundSeconds} s, ${connections} connections; medians over the rounds. What each number means: docs/performance.md.`,
    `Machine: ${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}.`,
    describeSpread(report),
    'As shipped: limits and log on, each request from its own address behind a proxy. All other columns: as the rivals run, without them.',
    formatHttp('Over HTTP', select(report, 'http')),
    formatHttp('Workers on one Redis, all cores', select(report, 'workers')),
    formatWorkers(select(report, 'workers'), report.machine),
    formatStart(select(report, 'start')),
    formatLibrary(select(report, 'library')),
    formatGrowth(select(report, 'growth')),
    formatTargets(report.cases),
    formatNotRun(report.cases),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

/** Tells a quiet run from one that was disturbed. */
function describeSpread(report: Report): string {
  const floor = select(report, 'http').find(({ median }) => median.timesFloor === 1);
  const values = floor?.rounds.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest ?? 0) ?? [];
  if (values.length === 0) return '';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `The floor took ${show(least)} to ${show(most)} µs in the different rounds; on a quiet machine these are close.`;
}

interface HttpRow {
  name: string;
  shippedTwinOf?: string | undefined;
  median: HttpFigures;
}

function formatHttp(title: string, cases: HttpRow[]): string {
  const shipped = new Map(cases.map(({ shippedTwinOf, median }) => [shippedTwinOf, median]));
  return titled(
    title,
    [
      'case',
      'CPU µs/request',
      '× floor',
      'as shipped: CPU µs',
      'as shipped: × floor',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'other CPU µs',
      'peak MiB',
      'errors',
    ],
    cases
      .filter(isPlain)
      .map(({ name, median }) => [
        name,
        show(median.cpuMicrosPerRequest),
        show(median.timesFloor, 3),
        show(shipped.get(name)?.cpuMicrosPerRequest ?? null),
        show(shipped.get(name)?.timesFloor ?? null, 3),
        show(median.requestsPerSecond),
        show(median.p50Ms),
        show(median.p99Ms),
        show(median.otherCpuMicrosPerRequest),
        show(median.peakMiB),
        String(median.errors),
      ]),
  );
}

function formatLibrary(cases: Measured<'library'>[]): string {
  const shipped = new Map(cases.map(({ shippedTwinOf, median }) => [shippedTwinOf, median]));
  return titled(
    'As a library, one core',
    ['case', 'calls/s', 'CPU µs/call', 'as shipped: CPU µs'],
    cases
      .filter(isPlain)
      .map(({ name, median }) => [
        name,
        show(median.operationsPerSecond),
        show(median.cpuMicrosPerOperation),
        show(shipped.get(name)?.cpuMicrosPerOperation ?? null),
      ]),
  );
}

function formatGrowth(cases: Measured<'growth'>[]): string {
  return titled(
    'Pending identities',
    ['case', 'bytes each', 'µs/request', 'µs/verify'],
    cases.map(({ name, median }) => [
      name,
      show(median.bytesPerIdentity),
      show(median.requestMicros),
      show(median.verifyMicros),
    ]),
  );
}

function formatStart(cases: Measured<'start'>[]): string {
  return titled(
    'Cold start',
    ['case', 'first answer, ms', 'CPU until then, ms', 'idle MiB'],
    cases.map(({ name, median: { firstAnswerMs, cpuMs, idleMiB } }) => [
      name,
      show(firstAnswerMs),
      show(cpuMs),
      show(idleMiB),
    ]),
  );
}

/** How the cores were shared: what the load generator and Redis take, the workers cannot have. */
function formatWorkers(cases: Measured<'workers'>[], { cores }: Report['machine']): string {
  return titled(
    'Who had the cores',
    ['case', 'workers', 'Redis', 'load generator'],
    cases.map(({ name, median }) => {
      const share = (micros: number | null) =>
        micros === null ? '–' : `${show((micros * median.requestsPerSecond) / 1e4 / Number(cores), 2)} %`;
      return [
        name,
        share(median.cpuMicrosPerRequest),
        share(median.otherCpuMicrosPerRequest),
        share(median.loadCpuMicrosPerRequest),
      ];
    }),
  );
}

/** Whether a case has a row of its own; what was measured as shipped has columns. */
function isPlain({ shippedTwinOf }: { shippedTwinOf?: string | undefined }): boolean {
  return shippedTwinOf === undefined;
}

function formatTargets(cases: CaseResult[]): string {
  return titled(
    'Against the figures to reach',
    ['figure', 'measured', 'to reach', 'reached'],
    compareWithTargets(cases).map(({ figure, measured, toReach, isReached }) => [
      figure,
      measured,
      toReach,
      isReached ? 'yes' : 'no',
    ]),
  );
}

function formatNotRun(cases: CaseResult[]): string {
  return titled(
    'Not run',
    ['case', 'why'],
    cases
      .filter((result) => result.status === 'not run')
      .map(({ name, reason }) => [name, reason.replaceAll('|', '\\|')]),
  );
}

function titled(title: string, head: string[], rows: string[][]): string {
  return rows.length === 0 ? '' : `## ${title}\n\n${formatTable(head, rows)}`;
}

function select<G extends Group>({ cases }: Report, group: G): Measured<G>[] {
  return cases.filter(
    (result): result is CaseResult & Measured<G> => result.group === group && result.status === 'measured',
  ) as Measured<G>[];
}
