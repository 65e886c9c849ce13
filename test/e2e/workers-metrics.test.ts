import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFleetClient, startRedisService, unlimited } from '../helpers/fleet.js';
import { parseSamples, sumOf } from '../helpers/metrics.js';
import { root, startProcess } from '../helpers/process.js';
import { findFreePort, startRedis } from '../helpers/redis.js';
import { requireTool } from '../helpers/tools.js';
import { until } from '../helpers/until.js';

const promtool = () => requireTool('promtool', 'prometheus');
const folder = join(root, 'deploy/prometheus');

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

test('Prometheus reads the sums of four workers under load, and the dashboard shows them', async () => {
  const redis = await startRedis();
  const [port, metricsPort, prometheusPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const service = await startRedisService(redis.url, {
    ...unlimited,
    RATE_REQUEST_OTP_MAX: '5',
    WORKERS: '4',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
  });
  const work = mkdtempSync(join(tmpdir(), 'stateless-otp-metrics-'));
  const config = readFileSync(join(folder, 'prometheus.yml'), 'utf8')
    .replace('scrape_interval: 15s', 'scrape_interval: 2s')
    .replace('127.0.0.1:9464', `127.0.0.1:${metricsPort}`)
    .replace('alerts.yml', join(folder, 'alerts.yml'));
  writeFileSync(join(work, 'prometheus.yml'), config);
  const listen = `127.0.0.1:${prometheusPort}`;
  const prometheus = startProcess(requireTool('prometheus'), [
    `--config.file=${join(work, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(work, 'data')}`,
    `--web.listen-address=${listen}`,
  ]);
  const fleet = createFleetClient();
  const scrape = async () => {
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    return answer.text();
  };
  /** What all workers have counted: one that takes more than two seconds to answer counts with its last answer. */
  const scrapeAll = async (requests: number) => {
    let samples = parseSamples(await scrape());
    await until(`${requests} requests are counted`, async () => {
      samples = parseSamples(await scrape());
      return sumOf(samples, 'requests_total') === requests;
    });
    return samples;
  };
  const query = async (expr: string): Promise<number[]> => {
    const answer = await fetch(`http://${listen}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value }) => Number(value[1]));
  };
  try {
    await until('Prometheus to scrape', async () => (await query('up').catch(() => []))[0] === 1);
    const people = 200;
    const sign = async (person: number) => {
      const identity = `person${person}@example.com`;
      await fleet.request(service, { identity });
      await fleet.verify(service, { identity, otp: '000000x' });
    };
    await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let person = lane; person < people; person += 8) await sign(person);
      }),
    );
    const code = await fleet.obtain(service, 'alice@example.com');
    await fleet.verify(service, { identity: 'alice@example.com', otp: code });
    for (let i = 0; i < 5; i++) await fleet.request(service, { identity: 'alice@example.com' });
    await fleet.client.get(`${service.url}/authz/forward-auth`);

    const requests = people + 6;
    const samples = await scrapeAll(requests);
    assert.equal(sumOf(samples, 'requests_total', { status: 'rate_limited' }), 1);
    assert.equal(sumOf(samples, 'verifies_total', { status: 'invalid' }), people);
    assert.equal(sumOf(samples, 'verifies_total', { status: 'valid' }), 1);
    const route = { route: '/api/v1/otp/request' };
    assert.equal(sumOf(samples, 'http_request_duration_seconds_count', route), requests);
    await until('the same sum in Prometheus', async () => {
      return (await query('sum(stateless_otp_requests_total)'))[0] === requests;
    });

    // A worker that dies takes nothing away: a falling sum would look like thousands of new requests.
    const { stdout } = spawnSync(requireTool('pgrep', 'procps'), ['-P', String(service.child.pid)], {
      encoding: 'utf8',
    });
    process.kill(Number(stdout.split('\n')[0]), 'SIGKILL');
    await until('a new worker', () => service.output.stderr.includes('worker died'));
    await scrapeAll(requests);
    await fleet.request(service, { identity: 'bob@example.com' });
    await scrapeAll(requests + 1);

    const dashboard = JSON.parse(
      readFileSync(join(root, 'deploy/grafana/dashboard.json'), 'utf8'),
    ) as Dashboard;
    assert.ok(dashboard.panels.length > 10);
    for (const { title, targets } of dashboard.panels) {
      for (const { expr } of targets) {
        const plain = expr.replaceAll('$__rate_interval', '1m');
        await until(`data for ${title}`, async () => (await query(plain)).length > 0);
      }
    }
    const check = spawnSync(promtool(), ['check', 'metrics'], { input: await scrape(), encoding: 'utf8' });
    const ours = check.stderr.split('\n').filter((line) => line.startsWith('stateless_otp_'));
    assert.deepEqual(ours, []);
    const rules = await fetch(`http://${listen}/api/v1/rules`);
    assert.match(await rules.text(), /StatelessOtpDeliveryFailing/);
  } finally {
    fleet.close();
    await prometheus.stop();
    await service.stop();
    await redis.stop();
    rmSync(work, { recursive: true, force: true });
  }
});

test('the rules for alerts are valid, quiet without a reason and loud with one', () => {
  for (const args of [
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync(promtool(), args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  }
});
