import type { CaseResult } from '../results.js';

/** One figure that the service should reach, and what was measured. */
export interface TargetResult {
  figure: string;
  toReach: string;
  measured: string;
  isReached: boolean;
}

type Value = number | null;

/** Compares a run with the figures to reach; a figure whose cases did not run is left out. */
export function compareWithTargets(cases: CaseResult[]): TargetResult[] {
  const find = (name: string) =>
    cases.find((result) => result.name === name && result.status === 'measured') as
      | Extract<CaseResult, { status: 'measured' }>
      | undefined;
  const http = (name: string, key: 'timesFloor' | 'cpuMicrosPerRequest') => {
    const result = find(name);
    return result?.group === 'http' ? result.median[key] : null;
  };
  const library = (name: string): Value => {
    const result = find(`library ${name}`);
    return result?.group === 'library' ? result.median.cpuMicrosPerOperation : null;
  };
  /** Calls in a second of CPU time: what else runs on the machine takes none of it. */
  const perSecond = (name: string): Value => {
    const micros = library(name);
    return micros === null ? null : 1e6 / micros;
  };
  const growth = (name: string, key: 'bytesPerIdentity' | 'requestMicros' | 'verifyMicros'): Value => {
    const result = find(`growth ${name} pending`);
    return result?.group === 'growth' ? result.median[key] : null;
  };
  const cpu = (name: string) => http(name, 'cpuMicrosPerRequest');
  const floor = (name: string) => http(name, 'timesFloor');
  const engine = (operation: string) => perSecond(`ours, engine: ${operation}`);
  const results: TargetResult[] = [];

  function atMost(figure: string, value: Value, limit: Value, unit: string): void {
    if (value === null || limit === null) return;
    const [toReach, measured] = [`≤ ${show(limit)} ${unit}`, `${show(value)} ${unit}`];
    results.push({ figure, toReach, measured, isReached: value <= limit });
  }
  function atLeast(figure: string, value: Value, limit: Value, unit: string): void {
    if (value === null || limit === null) return;
    const [toReach, measured] = [`≥ ${show(limit)} ${unit}`, `${show(value)} ${unit}`];
    results.push({ figure, toReach, measured, isReached: value >= limit });
  }

  atMost('request, memory', floor('ours, memory: request'), 2, '× floor');
  atMost('right verify, memory', floor('ours, memory: right verify'), 2.5, '× floor');
  atMost('request, Redis', floor('ours, redis: request'), 2.5, '× floor');
  atMost('right verify, Redis', floor('ours, redis: right verify'), 3, '× floor');
  const hello = cpu('hono: get');
  const check = library('jose: verify HS256');
  atMost('bearer, seen before', cpu('ours, memory: bearer, seen before'), times(hello, 1.5), 'µs');
  atMost(
    'bearer, new',
    cpu('ours, memory: bearer, new'),
    hello === null || check === null ? null : hello + check,
    'µs',
  );
  for (const operation of ['request', 'right verify', 'wrong verify']) {
    const python = cpu(`fastapi seed: ${operation}`);
    atMost(
      `${operation}, a quarter of FastAPI`,
      cpu(`ours, memory: ${operation}`),
      times(python, 1 / 4),
      'µs',
    );
    for (const rival of ['express + redis', 'better-auth, redis', 'django seed']) {
      const ours = cpu(`ours, redis: ${operation}`);
      atMost(`${operation}, Redis, against ${rival}`, ours, cpu(`${rival}: ${operation}`), 'µs');
    }
  }
  atLeast('library otp.request', perSecond('ours, memory: request'), 250_000, '/s');
  atLeast('library otp.verify', perSecond('ours, memory: verify right'), 120_000, '/s');
  for (const operation of ['generate', 'verify right', 'verify wrong']) {
    for (const rival of ['otplib', 'otpauth', 'speakeasy']) {
      const theirs = perSecond(`${rival}: ${operation}`);
      atLeast(`engine ${operation}, against ${rival}`, engine(operation), theirs, '/s');
    }
  }
  atMost('memory store at 1 M', growth('memory: 1000000', 'bytesPerIdentity'), 250, 'bytes each');
  for (const key of ['requestMicros', 'verifyMicros'] as const) {
    const figure = `memory store at 1 M, ${key === 'requestMicros' ? 'request' : 'verify'}`;
    atMost(figure, growth('memory: 1000000', key), times(growth('memory: 1000', key), 2), 'µs');
  }
  atMost('Redis at 1 M', growth('redis: 1000000', 'bytesPerIdentity'), 350, 'bytes each');
  return results;
}

function times(value: Value, factor: number): Value {
  return value === null ? null : value * factor;
}

function show(value: number): string {
  return value >= 1000
    ? Math.round(value).toLocaleString('en').replaceAll(',', ' ')
    : String(Number(value.toPrecision(3)));
}
