import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxEvents } from '../../src/events/queue.js';
import type { OutcomeEvent } from '../../src/outcomes/outcome.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { createManualTime, settle } from '../helpers/clock.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMetricsReader } from '../helpers/metrics.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { until } from '../helpers/until.js';

const eventsSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ip = '203.0.113.7';

interface Event {
  type: OutcomeEvent;
  timestamp: string;
  data: Record<string, unknown>;
}

/** The library, posting events to a receiver. */
async function createKit(options: Parameters<typeof createTestOtp>[0] = {}) {
  const stub = await startHttpStub({ status: 204 });
  const { lines, logger } = keepLines();
  const time = createManualTime();
  const kit = createTestOtp({
    eventsUrl: stub.url,
    eventsSecret,
    eventsAllowPrivateTargets: true,
    logger,
    time,
    ...options,
  });
  const readEvents = () => stub.received.map(({ body }) => JSON.parse(body) as Event);
  const published = () => lines.filter(({ event }) => outcomeRows[event as OutcomeEvent]?.isPublished);
  return { ...kit, ...time, stub, lines, readEvents, published };
}

/** Signs in, guesses, and asks too often; refreshes, and uses a refresh token twice. */
async function goThrough({ otp, obtain, inbox }: Awaited<ReturnType<typeof createKit>>) {
  const secrets: string[] = [];
  for (const identity of ['alice@example.com', '+4915112345678']) {
    const code = await obtain(identity, { ip, requestId: 'req-1' });
    await otp.verify(identity, makeWrong(code), { ip });
    const result = await otp.verify(identity, code, { ip });
    assert.equal(result.status, 'valid');
    if (result.status !== 'valid') continue;
    const refreshed = await otp.refresh(result.refreshToken);
    await otp.refresh(refreshed?.refreshToken);
    await otp.refresh(result.refreshToken);
    secrets.push(code, result.accessToken, String(result.refreshToken), String(refreshed?.refreshToken));
    for (let i = 0; i < 6; i++) await otp.request(identity, { ip });
    for (let i = 0; i < 12; i++) await otp.verify(identity, makeWrong(inbox.lastCode()), { ip });
    await otp.operator.signOut(identity);
    secrets.push(...inbox.messages.map((message) => message.code));
  }
  return secrets;
}

test('subscribers are told of the published outcomes alone, with what the log holds of them', async () => {
  const kit = await createKit({ refreshTokenTtlSeconds: 86_400 });
  await goThrough(kit);
  await until('all are there', () => kit.readEvents().length >= kit.published().length);
  await kit.otp.close();
  const key = (one: object) => JSON.stringify(one);
  const logged = kit.published().map(({ level: _level, msg: _msg, ...fields }) => key(fields));
  const events = kit.readEvents();
  assert.deepEqual(events.map(({ data }) => key(data)).sort(), logged.sort());
  for (const { type, data } of events) assert.equal(type, data['event']);
  const types = new Set(events.map(({ type }) => type));
  for (const type of [
    'code.sent',
    'code.verified',
    'code.refused',
    'budget.reached',
    'token.reused',
  ] as const)
    assert.ok(types.has(type), type);
  assert.ok(types.has('token.refreshed') && types.has('operator.acted'));
});

// Attack: read codes, tokens or people's addresses off what a subscriber receives.
test('no event holds a code, a token, an identity or a whole network address', async () => {
  const kit = await createKit({ refreshTokenTtlSeconds: 86_400 });
  const secrets = await goThrough(kit);
  await until('all are there', () => kit.readEvents().length >= kit.published().length);
  await kit.otp.close();
  const posted = kit.stub.received.map(({ body }) => body).join('\n');
  const headers = kit.stub.received.map(({ headers }) => JSON.stringify(headers)).join('\n');
  for (const secret of [
    ...secrets,
    'alice',
    'example.com',
    '15112345678',
    ip,
    eventsSecret,
    eventsSecret.slice(6),
  ]) {
    // Six digits may be among those of an id or a time.
    const pattern = new RegExp(`(?<![\\w.])${secret.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}(?![\\w.])`);
    assert.doesNotMatch(posted, pattern);
    if (!/^\d+$/.test(secret)) assert.doesNotMatch(headers, pattern);
  }
});

// Attack: a flood of calls while the receiver of events hangs, to fill the memory or to stop the service.
test('while the receiver hangs, requests are answered, and what finds no room is counted', async () => {
  const kit = await createKit();
  kit.stub.answer('silence');
  const calls = maxEvents + 500;
  for (let i = 0; i < calls; i++) await kit.otp.verify(`nobody${i % 1000}@example.com`, '123456');
  await until('some are under way', () => kit.stub.received.length === 4);
  const result = await kit.otp.request('alice@example.com');
  assert.equal(result.status, 'sent');
  const closed = kit.otp.close({ graceMs: 1000 });
  await settle();
  kit.monotonicClock.advance(1000);
  await closed;
  assert.ok(kit.published().length > calls);
  const lost = kit.lines.filter(({ event }) => event === 'events.lost');
  assert.ok(lost.length <= 3, String(lost.length));
  const sum = lost.reduce((total, line) => total + Number(line['lost']), 0);
  assert.equal(sum, kit.published().length);
  assert.equal(kit.stub.received.length, 4);
});

test('what is reported last is delivered before closing ends, also about messages in the background', async () => {
  const kit = await createKit({ deliveryMode: 'background' });
  await kit.otp.request('alice@example.com');
  await kit.otp.close();
  assert.deepEqual(
    kit
      .readEvents()
      .map(({ type }) => type)
      .sort(),
    ['code.sent', 'delivery.delivered'],
  );
  assert.ok(!kit.lines.some(({ event }) => event === 'events.lost'));
});

test('metrics count what became of events', async () => {
  const { registry, sum } = createMetricsReader();
  const kit = await createKit({ metrics: registry });
  const counted = (outcome: string) => sum('events_total', { outcome });
  await kit.otp.request('alice@example.com');
  await until('it is delivered', async () => (await counted('delivered')) === 1);
  kit.stub.answer({ status: 404 });
  await kit.otp.request('bob@example.com');
  await until('it is refused', async () => (await counted('failed')) === 1);
  kit.stub.answer({ status: 410 });
  await kit.otp.request('carol@example.com');
  await until('it is dropped', async () => (await counted('dropped')) === 1);
  await kit.otp.request('dave@example.com');
  await kit.otp.close();
  assert.equal(await counted('dropped'), 2);
  assert.equal(await sum('events_total'), 4);
  assert.equal(await sum('outcomes_total', { event: 'events.lost' }), 2);
});

test('what the log leaves out is still posted', async () => {
  const logger = { info() {}, warn() {}, error() {}, isLevelEnabled: () => false };
  const kit = await createKit({ logger });
  await kit.otp.request('alice@example.com');
  await kit.otp.close();
  assert.deepEqual(
    kit.readEvents().map(({ type }) => type),
    ['code.sent'],
  );
});
