// The parts of docs/performance.md that are not about requests to one server.
import type { FiguresOfRun, Value } from './figures.js';
import { formatTable, show } from './show.js';

export function formatLibrary(figures: FiguresOfRun): string {
  const micros = (name: string) => {
    const perSecond = figures.callsPerSecond(name);
    return show(perSecond === null ? null : 1e6 / perSecond, 2);
  };
  const arithmetic = formatTable(
    ['as a library, CPU µs a call', 'generate', 'right verify', 'wrong verify'],
    ['ours, engine', 'otpauth', 'speakeasy', 'otplib'].map((library) => [
      library,
      ...['generate', 'verify right', 'verify wrong'].map((call) => micros(`${library}: ${call}`)),
    ]),
  );
  const calls = ['request', 'verify right'];
  const whole = formatTable(
    ['calls in a second of one core', 'otp.request', 'otp.verify'],
    [
      ['everything on', 'ours, memory, as shipped'],
      ['limits over a day, by address, and log off', 'ours, memory'],
    ].map(([title = '', library]) => [
      title,
      ...calls.map((call) => show(figures.callsPerSecond(`${library}: ${call}`))),
    ]),
  );
  return `${whole}\n\n${arithmetic}`;
}

export function formatStart(figures: FiguresOfRun): string {
  return formatTable(
    ['cold start', 'first answer after ms', 'CPU ms until then', 'idle MiB'],
    [
      ['bare node:http', 'bare node:http'],
      ['ours, memory', 'memory'],
      ['ours, Redis', 'redis'],
    ].map(([title = '', name = '']) => [
      title,
      ...(['firstAnswerMs', 'cpuMs', 'idleMiB'] as const).map((key) => show(figures.start(name, key))),
    ]),
  );
}

export function formatGrowth(figures: FiguresOfRun): string {
  const rows = figures.sizes.flatMap((size) =>
    ['', ', each from its own address'].map((suffix): [string, Value[]] => [
      `${show(size)}${suffix}`,
      ['memory', 'redis'].flatMap((store) => {
        const median = figures.find('growth', `growth ${store}: ${size} pending${suffix}`)?.median;
        return [
          median?.bytesPerIdentity ?? null,
          median?.requestMicros ?? null,
          median?.verifyMicros ?? null,
        ];
      }),
    ]),
  );
  return formatTable(
    [
      'pending identities',
      'bytes each, memory',
      'request',
      'verify',
      'bytes each, Redis',
      'request',
      'verify',
    ],
    rows
      .filter(([, values]) => values.some((value) => value !== null))
      .map(([title, values]) => [title, ...values.map((value) => show(value))]),
  );
}

export function formatWorkers(figures: FiguresOfRun, cores: number): string {
  const share = (micros: Value, perSecond: number) =>
    micros === null ? '–' : `${show((micros * perSecond) / 1e4 / cores, 2)} %`;
  const rows = [1, 2, 4].flatMap((count) =>
    ['request', 'right verify'].map((operation) => {
      const name = `workers ${count}, as shipped: ${operation}`;
      const median = figures.find('workers', name)?.median;
      const perSecond = median?.requestsPerSecond ?? 0;
      return [
        `${count}: ${operation}`,
        show(median?.requestsPerSecond ?? null),
        share(median?.cpuMicrosPerRequest ?? null, perSecond),
        share(median?.otherCpuMicrosPerRequest ?? null, perSecond),
        share(median?.loadCpuMicrosPerRequest ?? null, perSecond),
      ];
    }),
  );
  return formatTable(
    ['processes, as shipped', 'requests/s', 'they had', 'Redis had', 'the load generator had'],
    rows,
  );
}
