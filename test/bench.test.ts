import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { floorName } from '../bench/http/systems.js';
import type { Report } from '../bench/results.js';
import { runBench, runSmoke } from './helpers/bench.js';

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
        ['ours, memory: right verify, remember', 'measured'],
        ['ours, memory, as shipped: right verify, remember', 'measured'],
        ['library ours, engine: generate', 'measured'],
        ['growth memory: 1000 pending', 'measured'],
        ['growth memory: 1000 pending, each from its own address', 'measured'],
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
    // Thousands are set apart by a space, which a slow machine needs.
    for (const figure of [plain, shipped, timesFloor]) assert.ok(Number(figure?.replace(/\s/g, '')) > 0, row);
    const [overHttp = ''] = tables.split('## As a library');
    assert.ok(!overHttp.includes('| ours, memory, as shipped'));
    assert.ok(tables.includes('| growth memory: 1000 pending |'));
    assert.match(chart, /^<svg [\s\S]*<\/svg>\n$/);
  });
});

test('each rival works, or it is said what it needs', async () => {
  const results = await runSmoke(['express', 'better-auth', 'seed', 'otp', 'speakeasy']);
  const rivals = results.filter(({ name }) => !/^(library )?(ours|bare)/.test(name));
  assert.equal(rivals.length, 28);
  for (const result of rivals) {
    if (result.status === 'not run') assert.match(result.reason, /install|npm ci/, result.name);
  }
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
