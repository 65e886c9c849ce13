import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { computeShares } from '../bench/profile/shares.js';
import { readFigures } from '../bench/report/figures.js';
import { formatMarkdown } from '../bench/report/markdown.js';
import { fillPage, pageFile } from '../bench/report/page.js';
import { sections } from '../bench/report/sections.js';
import { compareWithTargets } from '../bench/report/targets.js';
import type { CaseResult, HttpFigures, HttpRound, Report } from '../bench/results.js';
import { median, percentile } from '../bench/statistics.js';

const round = (cpuMicrosPerRequest: number): HttpRound => ({
  requests: 100,
  errors: {},
  requestsPerSecond: 1000,
  p50Ms: 1,
  p99Ms: 2,
  cpuMicrosPerRequest,
  otherCpuMicrosPerRequest: null,
  loadCpuMicrosPerRequest: 5,
  timesFloor: null,
});

const http = (name: string, rounds: number[], timesFloor: number): CaseResult => {
  const middle: HttpFigures = { ...round(median(rounds)), errors: 0, timesFloor, peakMiB: 50 };
  return { group: 'http', name, status: 'measured', rounds: rounds.map(round), median: middle };
};

const cases: CaseResult[] = [
  http('bare node:http: post', [10], 1),
  http('ours, memory, as shipped: request', [21], 2.1),
  { group: 'http', name: 'express + redis: request', status: 'not run', reason: 'npm ci failed' },
];

const report: Report = {
  format: 2,
  startedAt: '2026-11-21T00:00:00.000Z',
  seconds: 1,
  settings: { rounds: 1, roundSeconds: 1, connections: 1, isQuick: true },
  machine: {},
  versions: {},
  cases,
};

describe('a report', () => {
  test('says of what was not run why', () => {
    assert.match(formatMarkdown(report), /## Not run[\s\S]*\| express \+ redis: request \| npm ci failed \|/);
  });

  test('holds only figures whose cases ran against what is to be reached', () => {
    assert.deepEqual(compareWithTargets(cases), [
      {
        figure: 'ours, memory, as shipped: request',
        toReach: '≤ 1.8 × bare node:http',
        measured: '2.1 × bare node:http',
        isReached: false,
      },
    ]);
  });

  test('compares two cases round by round, so that a round in which the machine was busy counts once', () => {
    const { ratio } = readFigures([http('one', [10, 90, 10], 1), http('other', [20, 180, 40], 1)]);
    assert.equal(ratio('one', 'other'), 0.5);
    assert.equal(ratio('one', 'missing'), null);
  });
});

describe('the page of figures', () => {
  const page = readFileSync(pageFile, 'utf8');

  test('has a place for each section that a run fills', () => {
    const places = [...page.matchAll(/<!-- measured: (\S+) -->/g)].map(([, name]) => name);
    assert.deepEqual(places.sort(), Object.keys(sections).sort());
  });

  test('is filled with what was measured, and with a dash for what was not', () => {
    const filled = fillPage(page, report);
    assert.match(filled, /\| request \| 21 \| 2.1 \| 1 000 \| – \| – \| – \|/);
    assert.equal(fillPage(filled, report), filled);
    assert.throws(() => fillPage('<!-- measured: nothing -->\n<!-- end -->', report), RangeError);
  });
});

test('medians and percentiles are those of the values', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(percentile([5, 1, 4, 2, 3], 0.5), 3);
  assert.equal(percentile([5, 1, 4, 2, 3], 0.99), 5);
});

test('shares of a profile leave out the idle time and count a function that calls itself once', () => {
  const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
    id,
    callFrame: { functionName, url, lineNumber: 0 },
    children,
  });
  const { parts, functions } = computeShares({
    nodes: [
      node(1, '(root)', '', [2, 5]),
      node(2, 'outer', 'file:///x/dist/http/a.js', [3]),
      node(3, 'outer', 'file:///x/dist/http/a.js', [4]),
      node(4, 'sign', 'file:///x/node_modules/jose/dist/b.js'),
      node(5, '(idle)', ''),
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [100, 100, 200, 600],
  });
  assert.deepEqual(parts, [
    { name: 'ours: http', self: 0.5, total: 1 },
    { name: 'jose', self: 0.5, total: 0.5 },
  ]);
  assert.deepEqual(functions, [
    { name: 'outer http/a.js:1', self: 0.5, total: 1 },
    { name: 'sign dist/b.js:1', self: 0.5, total: 0.5 },
  ]);
});
