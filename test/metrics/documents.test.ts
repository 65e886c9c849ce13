import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricList } from '../../src/metrics/list.js';
import { metricPrefix } from '../../src/metrics/registry.js';
import { root } from '../helpers/process.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/operations.md');

test('the page lists every metric with its labels, in the words of the metric', () => {
  const rows = Object.values(metricList).map(
    ({ name, help, labels }) =>
      `| \`${metricPrefix}${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  const listed = page.split('\n').filter((line) => line.startsWith(`| \`${metricPrefix}`));
  assert.deepEqual(listed, rows);
});

test('the page says of every alert how urgent it is', () => {
  const alerts = [...read('deploy/prometheus/alerts.yml').matchAll(/alert: (\w+)[\s\S]*?severity: (\w+)/g)];
  const listed = [...page.matchAll(/^\| `(StatelessOtp\w+)` \| (\w+) \|/gm)];
  assert.ok(alerts.length >= 10);
  assert.deepEqual(
    listed.map(([, name, severity]) => [name, severity]),
    alerts.map(([, name, severity]) => [name, severity]),
  );
});

test('rules and dashboard ask for metrics and labels that exist', () => {
  const expressions = `${read('deploy/prometheus/alerts.yml')}\n${read('deploy/grafana/dashboard.json').replaceAll('\\"', '"')}`;
  const names = new Map<string, readonly string[]>(
    Object.values(metricList).map(({ name, labels }) => [metricPrefix + name, labels]),
  );
  const used = [
    ...expressions.matchAll(/(stateless_otp_[a-z_]+?)(?:_bucket|_count)?(?:\{([^}]*)\})?(?=[[)\s,])/g),
  ];
  assert.ok(used.length > 20);
  for (const [, name = '', matchers = ''] of used) {
    const labels = names.get(name);
    assert.ok(labels, name);
    for (const [, label = ''] of matchers.matchAll(/(\w+)(?:=~|=|!=|!~)"/g))
      assert.ok(labels.includes(label), name + label);
  }
});
