import type { CaseResult } from '../results.js';
import { readFigures, type Value } from './figures.js';
import { show } from './show.js';

/** One figure that the service should reach, and what was measured. */
export interface TargetResult {
  figure: string;
  toReach: string;
  measured: string;
  isReached: boolean;
}

const codes = ['request', 'right verify', 'wrong verify'];
const bearers = ['bearer, seen before', 'bearer, new'];

/** Compares a run with the figures to reach; a figure whose cases did not run is left out. */
export function compareWithTargets(cases: CaseResult[]): TargetResult[] {
  const figures = readFigures(cases);
  const results: TargetResult[] = [];

  function atMost(figure: string, value: Value, limit: number, unit: string): void {
    if (value === null) return;
    const [toReach, measured] = [`≤ ${show(limit)} ${unit}`, `${show(value)} ${unit}`];
    results.push({ figure, toReach, measured, isReached: value <= limit });
  }
  function atLeast(figure: string, value: Value, limit: number, unit: string): void {
    if (value === null) return;
    const [toReach, measured] = [`≥ ${show(limit)} ${unit}`, `${show(value)} ${unit}`];
    results.push({ figure, toReach, measured, isReached: value >= limit });
  }
  function aheadOf(rival: string, ours: string, operations: string[], share = 1): void {
    for (const operation of operations) {
      const ratio = figures.ratio(`${ours}: ${operation}`, `${rival}: ${operation}`);
      atMost(`${ours}: ${operation}, against ${rival}`, ratio, share, 'of it');
    }
  }

  const timesFloor = (system: string, operation: string, limit: number) =>
    atMost(
      `${system}: ${operation}`,
      figures.timesFloor(`${system}: ${operation}`),
      limit,
      '× bare node:http',
    );
  timesFloor('ours, memory, as shipped', 'request', 1.8);
  timesFloor('ours, memory, as shipped', 'right verify', 1.8);
  timesFloor('ours, redis', 'request', 1.8);
  timesFloor('ours, redis', 'right verify', 2.5);
  aheadOf('express + redis', 'ours, redis', ['request'], 0.9);
  aheadOf('express + redis', 'ours, redis', ['right verify'], 0.6);
  aheadOf('express + redis', 'ours, redis', ['wrong verify', ...bearers]);
  timesFloor('ours, redis, as shipped', 'request', 2.4);
  timesFloor('ours, redis, as shipped', 'right verify', 3);
  const hello = (operation: string, to: string, limit: number) =>
    atMost(
      `ours, memory: ${operation}, against the same GET of hono`,
      figures.ratio(`ours, memory: ${operation}`, `hono: ${to}`),
      limit,
      'hellos',
    );
  hello('bearer, seen before', 'get', 1.1);
  hello('gate by cookie', 'get as a gate', 1.2);
  aheadOf('better-auth, redis', 'ours, redis', codes);
  aheadOf('django seed', 'ours, redis', codes);
  aheadOf('fastapi seed', 'ours, memory', [...codes, ...bearers], 1 / 4);
  const everything = (operation: string) => figures.callsPerSecond(`ours, memory, as shipped: ${operation}`);
  atLeast('library otp.request, everything on', everything('request'), 150_000, 'a second');
  atLeast('library otp.verify, everything on', everything('verify right'), 110_000, 'a second');
  for (const store of ['memory', 'redis']) {
    atMost(`cold start to first answer, ${store}`, figures.start(store, 'firstAnswerMs'), 400, 'ms');
    atMost(`idle memory, ${store}`, figures.start(store, 'idleMiB'), 80, 'MiB');
  }
  const sizes = [figures.sizes.at(-1), figures.sizes[0]].map((size) => show(size ?? null));
  for (const [store, key, what] of [
    ['memory', 'requestMicros', 'request'],
    ['memory', 'verifyMicros', 'verify'],
    ['redis', 'requestMicros', 'request'],
    ['redis', 'verifyMicros', 'verify'],
  ] as const) {
    const figure = `time of a ${what}, ${store}, ${sizes[0]} pending against ${sizes[1]}`;
    atMost(figure, figures.growth(store, key), 1.3, 'times');
  }
  atMost(`bytes of Redis for each of ${sizes[0]} pending`, figures.bytes('redis'), 400, 'bytes');
  const engine = (operation: string) => figures.callsPerSecond(`ours, engine: ${operation}`);
  for (const operation of ['generate', 'verify right', 'verify wrong']) {
    for (const rival of ['otplib', 'otpauth', 'speakeasy']) {
      const theirs = figures.callsPerSecond(`${rival}: ${operation}`);
      if (theirs === null) continue;
      atLeast(`engine: ${operation}, against ${rival}`, engine(operation), theirs, 'a second');
    }
  }
  return results;
}
