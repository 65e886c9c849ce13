import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createRefusal } from '../../src/core/refusal.js';
import { OtpError } from '../../src/errors.js';
import { createOtp } from '../../src/index.js';
import { metricList } from '../../src/metrics/list.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createMetricsReader } from '../helpers/metrics.js';
import { createInbox, createTestOtp, jwtSecret, makeWrong, secretKey } from '../helpers/otp.js';

const request = (path: string, init: RequestInit = {}) => new Request(`http://127.0.0.1${path}`, init);
const post = (path: string, body: object) =>
  request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const info = { remoteAddress: '192.0.2.1' };

test('requests and verifies are counted by channel, status and limit', async () => {
  const { registry, sum } = createMetricsReader();
  const { otp, obtain } = createTestOtp({ metrics: registry, requestIdentityMax: 2, maxAttempts: 1 });
  const code = await obtain('alice@example.com');
  await otp.verify('alice@example.com', code);
  await otp.verify('alice@example.com', code);
  const next = await obtain('alice@example.com');
  await otp.request('alice@example.com');
  await otp.verify('alice@example.com', makeWrong(next));
  await otp.verify('alice@example.com', next);
  await obtain('+4915112345678');
  await otp.request('nobody');
  const requests = (labels: Record<string, string>) => sum('requests_total', labels);
  assert.equal(await requests({ channel: 'email', status: 'delivered', limit: 'none' }), 2);
  assert.equal(await requests({ channel: 'sms', status: 'delivered' }), 1);
  assert.equal(await requests({ channel: 'email', status: 'rate_limited', limit: 'request_identity' }), 1);
  assert.equal(await requests({ channel: 'none', status: 'invalid_identity' }), 1);
  assert.equal(await requests({}), 5);
  const verifies = (labels: Record<string, string>) => sum('verifies_total', labels);
  assert.equal(await verifies({ channel: 'email', status: 'valid' }), 1);
  assert.equal(await verifies({ status: 'expired' }), 1);
  assert.equal(await verifies({ channel: 'email', status: 'invalid' }), 1);
  assert.equal(await verifies({ status: 'blocked' }), 1);
  assert.equal(await verifies({}), 4);
  assert.equal(await sum('budget_refused_total', { limit: 'request_identity', country: 'none' }), 1);
  assert.equal(await sum('tokens_total', { event: 'issued' }), 1);
  const steps = { channel: 'email', transport: 'inbox', country: 'none' };
  assert.equal(await sum('conversion_total', { ...steps, step: 'sent' }), 2);
  assert.equal(await sum('conversion_total', { ...steps, step: 'verified' }), 1);
  assert.equal(await sum('conversion_total', { channel: 'sms', country: 'DE', step: 'sent' }), 1);
});

test('answers, commands of the store and tries of transports are timed', async () => {
  const { registry, sum } = createMetricsReader();
  const { otp } = createTestOtp({ metrics: registry });
  await otp.handler(post('/api/v1/otp/request', { identity: 'alice@example.com' }), info);
  await otp.handler(request('/livez'), info);
  await otp.handler(request('/nothing/here'), info);
  const answers = (labels: object) => sum('http_request_duration_seconds_count', { ...labels });
  assert.equal(await answers({ route: '/api/v1/otp/request', status: '200' }), 1);
  assert.equal(await answers({ route: '/livez', status: '200' }), 1);
  assert.equal(await answers({ route: 'none', status: '404' }), 1);
  assert.equal(await sum('store_duration_seconds_count', { verb: 'open', outcome: 'ok' }), 1);
  assert.equal(await sum('delivery_duration_seconds_count', { transport: 'inbox' }), 1);
  assert.equal(
    await sum('delivery_total', { transport: 'inbox', channel: 'email', outcome: 'delivered' }),
    1,
  );
});

test('failed deliveries are counted by what the transport answered, and a breaker that opens is seen', async () => {
  const { registry, sum } = createMetricsReader();
  const { otp } = createTestOtp({ metrics: registry, answer: () => createRefusal('unavailable', 'down') });
  assert.equal(await sum('breaker_open', { transport: 'inbox' }), 0);
  for (let i = 0; i < 5; i++) await otp.request(`alice@${i}.example.com`);
  const failed = { transport: 'inbox', channel: 'email' };
  assert.equal(await sum('delivery_total', { ...failed, outcome: 'unavailable' }), 5);
  assert.equal(await sum('delivery_total', { ...failed, outcome: 'given_up' }), 5);
  assert.equal(await sum('breaker_open', { transport: 'inbox' }), 1);
});

test('messages in the background are counted in their states', async () => {
  const { registry, sum } = createMetricsReader();
  const answers: (() => void)[] = [];
  const answer = () =>
    new Promise<{ ok: true }>((resolve) => {
      answers.push(() => resolve({ ok: true }));
    });
  const { otp } = createTestOtp({ metrics: registry, answer, deliveryMode: 'background' });
  for (let i = 0; i < 25; i++) await otp.request(`alice${i}@example.com`);
  assert.equal(await sum('queue_messages', { state: 'sending' }), 20);
  assert.equal(await sum('queue_messages', { state: 'waiting' }), 5);
  assert.equal(await sum('queue_messages', { state: 'retrying' }), 0);
  while (answers.length > 0) {
    for (const send of answers.splice(0)) send();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await otp.close();
  assert.equal(await sum('queue_messages'), 0);
  assert.equal(await sum('conversion_total', { step: 'sent' }), 25);
});

test('a store that fails is counted as failed, and still fails', async () => {
  const { registry, sum } = createMetricsReader();
  const store = createMemoryStore();
  store.open = () => Promise.reject(new OtpError('store_unavailable', 'down'));
  const { otp } = createTestOtp({ metrics: registry, store });
  await assert.rejects(otp.request('alice@example.com'), { code: 'store_unavailable' });
  assert.equal(await sum('store_duration_seconds_count', { verb: 'open', outcome: 'failed' }), 1);
  assert.equal(await sum('requests_total', { status: 'store_unavailable' }), 1);
});

test('without a registry nothing is measured, and two installations need two registries', () => {
  const registry = new Registry();
  const options = { secretKey, jwtSecret, transports: [createInbox().transport] };
  createOtp({ ...options, metrics: registry });
  assert.throws(() => createOtp({ ...options, metrics: registry }), /already been registered/);
  assert.throws(() => createOtp({ ...options, metrics: {} as never }), /metrics must have registerMetric/);
  createOtp(options);
});

test('names follow the rules of Prometheus', () => {
  for (const { name, help, labels } of Object.values(metricList)) {
    assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    assert.match(help, /^[A-Z].*[^.]$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  }
});

test('what a store says of itself holds with metrics too: one that counts together is asked once', async () => {
  for (const metrics of [undefined, createMetricsReader().registry]) {
    const asked: string[] = [];
    const plain = createMemoryStore();
    const store = {
      ...plain,
      countsTogether: true,
      spend: (given: Parameters<NonNullable<typeof plain.spend>>[0]) => {
        if (given.slot !== 'short codes') asked.push('spend');
        return (plain.spend as NonNullable<typeof plain.spend>)(given);
      },
      open: (given: Parameters<typeof plain.open>[0]) => {
        asked.push(given.spending ? 'open with spending' : 'open');
        return plain.open(given);
      },
    };
    const { otp } = createTestOtp({ store, metrics });
    await otp.request('alice@example.com', { ip: '203.0.113.7' });
    assert.deepEqual(asked, ['open with spending']);
  }
});
