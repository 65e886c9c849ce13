import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { floorName } from '../bench/http/systems.js';
import { computeShares } from '../bench/profile/shares.js';
import { formatMarkdown } from '../bench/report/markdown.js';
import { compareWithTargets } from '../bench/report/targets.js';
import type { CaseResult, Report } from '../bench/results.js';
import { median, percentile } from '../bench/statistics.js';
import { root, startProcess } from './helpers/process.js';

async function runBench(args: string[]) {
  const running = startProcess(process.execPath, ['--import', 'tsx', `${root}bench/main.ts`, ...args]);
  const { code } = await running.exited;
  return { code, ...running.output };
}

describe('a small run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-bench-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const wanted = ['ours, memory: right verify', 'engine: generate', 'growth memory: 1000 '];
  const readFolder = (ending: string) => {
    const [name = ''] = readdirSync(folder).filter((file) => file.endsWith(ending));
    return readFileSync(join(folder, name), 'utf8');
  };

  test('ends well, shows its progress and names its files', async () => {
    const args = ['--rounds', '1', '--seconds', '0.1', '--connections', '4', '--out', folder, ...wanted];
    const { code, stdout, stderr } = await runBench(args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /round 1 of 1: ours, memory: right verify/);
    assert.match(stderr, new RegExp(`^Node ${process.version}$`, 'm'));
    assert.deepEqual(stdout.match(/\.(json|md|svg)$/gm), ['.json', '.md', '.svg']);
  });

  test('measures the wanted cases and the floor, without a wrong answer', () => {
    const report = JSON.parse(readFolder('.json')) as Report;
    assert.deepEqual(
      report.cases.map(({ name, status }) => [name, status]),
      [
        ['bare node:http: post', 'measured'],
        ['ours, memory: right verify', 'measured'],
        ['ours, memory, as shipped: right verify', 'measured'],
        ['library ours, engine: generate', 'measured'],
        ['growth memory: 1000 pending', 'measured'],
      ],
    );
    for (const result of report.cases) {
      assert.ok(result.status === 'measured');
      if (result.group === 'http') {
        const { errors, requests, cpuMicrosPerRequest, p50Ms, p99Ms, peakMiB } = result.median;
        assert.equal(errors, 0);
        assert.ok(requests > 0 && Number(cpuMicrosPerRequest) > 0 && Number(peakMiB) > 0);
        assert.ok(p50Ms > 0 && p99Ms >= p50Ms);
      }
    }
    const [floor] = report.cases;
    assert.ok(floor?.status === 'measured' && floor.group === 'http');
    assert.equal(floor.median.timesFloor, 1);
    assert.equal(report.versions['node'], process.version);
  });

  test('has a row in the tables and a bar in the chart for each', () => {
    const [tables, chart] = [readFolder('.md'), readFolder('.svg')];
    for (const name of ['bare node:http: post', 'ours, memory: right verify']) {
      assert.ok(tables.includes(`| ${name} |`), name);
      assert.ok(chart.includes(`>${name}</text>`), name);
    }
    // Its figures as shipped are columns of the same row.
    const row = tables.split('\n').find((line) => line.startsWith('| ours, memory: right verify |')) ?? '';
    const [, , plain, , shipped, timesFloor] = row.split('|').map((cell) => cell.trim());
    for (const figure of [plain, shipped, timesFloor]) assert.ok(Number(figure) > 0, row);
    assert.ok(!tables.includes('| ours, memory, as shipped'));
    assert.ok(tables.includes('| growth memory: 1000 pending |'));
    assert.match(chart, /^<svg [\s\S]*<\/svg>\n$/);
  });
});

test('every HTTP and library case of ours is also measured as shipped', async () => {
  const { stdout } = await runBench(['--list']);
  const names = stdout.trim().split('\n');
  const plain = names.filter(
    (name) => /^(library )?ours, (memory|redis)|^workers/.test(name) && !name.includes('as shipped'),
  );
  assert.ok(plain.length >= 20);
  for (const name of plain) assert.ok(names.includes(name.replace(':', ', as shipped:')), name);
});

test('with --node everything runs on that version', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-bench-test-'));
  try {
    const args = ['--node=24', '--rounds', '1', '--seconds', '0.05', '--connections', '1', '--out', folder];
    const { code, stderr } = await runBench([...args, floorName]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Node v24\./m);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'));
    assert.match(JSON.parse(readFileSync(join(folder, file), 'utf8')).versions.node, /^v24\./);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const wrong = await runBench(['--node', 'latest']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /a version of Node is 24 or 24\.21\.0, got latest/);
});

test('a word that no case holds, or a number out of range, is refused with what is allowed', async () => {
  const [unknown, tooMany, shown] = await Promise.all([
    runBench(['no such case']),
    runBench(['--rounds', '0']),
    runBench(['--help']),
  ]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--list/);
  assert.equal(tooMany.code, 2);
  assert.match(tooMany.stderr, /--rounds: given "0", allowed: 1 to 100/);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /--quick/);
});

describe('a report', () => {
  const http = (name: string, cpuMicrosPerRequest: number, timesFloor: number): CaseResult => ({
    group: 'http',
    name,
    status: 'measured',
    rounds: [],
    median: {
      requests: 100,
      errors: 0,
      requestsPerSecond: 1000,
      p50Ms: 1,
      p99Ms: 2,
      cpuMicrosPerRequest,
      storeCpuMicrosPerRequest: null,
      timesFloor,
      peakMiB: 50,
    },
  });
  const cases: CaseResult[] = [
    http('bare node:http: post', 10, 1),
    http('ours, memory: request', 21, 2.1),
    { group: 'http', name: 'express + redis: request', status: 'not run', reason: 'npm ci failed' },
  ];

  test('says of what was not run why', () => {
    const report: Report = {
      format: 1,
      startedAt: '2026-11-21T00:00:00.000Z',
      seconds: 1,
      settings: { rounds: 1, roundSeconds: 1, connections: 1, isQuick: true },
      machine: {},
      versions: {},
      cases,
    };
    assert.match(formatMarkdown(report), /## Not run[\s\S]*\| express \+ redis: request \| npm ci failed \|/);
  });

  test('holds only figures whose cases ran against what is to be reached', () => {
    assert.deepEqual(compareWithTargets(cases), [
      { figure: 'request, memory', toReach: '≤ 2 × floor', measured: '2.1 × floor', isReached: false },
    ]);
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
