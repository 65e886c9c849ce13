import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createLogSink } from '../../src/outcomes/log.js';
import type { Outcome } from '../../src/outcomes/outcome.js';
import { createOutcomes } from '../../src/outcomes/outcomes.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { settle } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';
import { keepLines, keepOutcomes } from '../helpers/outcomes.js';

const alice = 'alice@example.com';

/** The lines of a library, without what differs each time. */
function createKit(options: Parameters<typeof createTestOtp>[0] = {}) {
  const { lines, logger } = keepLines();
  return { ...createTestOtp({ logger, ...options }), lines };
}

test('a line says who asked for what, from where, and what became of it', async () => {
  const { otp, lines } = createKit({ answer: () => ({ ok: true, id: 'provider-1' }) });
  await otp.request(alice, { requestId: 'r1', caller: 'shop', ip: '203.0.113.77' });
  const { identity_tag, ...line } = lines[0] ?? {};
  assert.match(String(identity_tag), /^[\w-]{10}$/);
  assert.deepEqual(line, {
    level: 'info',
    request_id: 'r1',
    event: 'code.sent',
    action: 'request',
    status: 'delivered',
    purpose: 'sign-in',
    channel: 'email',
    transport: 'inbox',
    provider_id: 'provider-1',
    code_length: 6,
    caller: 'shop',
    network: '203.0.113.0/24',
    duration_ms: 0,
    msg: 'A code was sent or queued',
  });
});

test('a line tells the calls of known browsers, whose limits are their own, from those of everyone else', async () => {
  const { lines, logger } = keepLines();
  const { otp, obtain, wrong } = createTestOtp({ logger, requestIdentityMax: 2 });
  const first = await otp.verify('alice@example.com', await obtain('alice@example.com'), { remember: true });
  assert.ok(first.status === 'valid');
  const { device } = first;
  lines.length = 0;
  for (const from of [undefined, device, `${device}x`]) {
    const options = from === undefined ? {} : { device: from };
    const sent = await otp.request('alice@example.com', options);
    const challenge = sent.status === 'sent' ? sent.challenge : undefined;
    await otp.verify('alice@example.com', wrong('123456'), { ...options, challenge });
  }
  for (let i = 0; i < 3; i++) await otp.request('alice@example.com', { device });
  const seen = lines
    .filter(({ action }) => action !== undefined)
    .map(({ event, limit, side }) => [event, limit, side].filter(Boolean).join(' '));
  assert.deepEqual(seen, [
    'code.sent',
    'code.refused',
    'code.sent known',
    'code.refused known',
    'budget.reached request_identity',
    'code.refused',
    'code.sent known',
    'budget.reached request_identity known',
    'budget.reached request_identity known',
  ]);
});

test('an address is logged as its network', async () => {
  const { otp, lines } = createKit();
  for (const [ip, network] of [
    ['198.51.100.255', '198.51.100.0/24'],
    ['::ffff:198.51.100.7', '198.51.100.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['64:ff9b::198.51.100.7', '198.51.100.0/24'],
    ['', 'unknown'],
    ['alice@example.com', 'unknown'],
  ] as const) {
    await otp.verify(alice, 'x', { ip });
    assert.equal(lines.at(-1)?.['network'], network);
  }
});

test('queued, delivered, withheld, failing, given up and expired are different words', async () => {
  const answers = [true, false];
  const { otp, lines, clock } = createKit({
    gateAllow: ['@example.com'],
    answer: () =>
      answers.shift()
        ? { ok: true }
        : { ok: false, category: 'unavailable', fault: 'recipient', retryable: true, detail: 't' },
  });
  await otp.request(alice);
  await settle();
  await otp.request('bob@example.com');
  await settle();
  await otp.request('mallory@elsewhere.example');
  for (let seconds = 0; seconds < 320; seconds++) {
    clock.advance(1000);
    await settle();
  }
  const seen = new Set(lines.map(({ event, status }) => `${event} ${status}`));
  assert.deepEqual([...seen].sort(), [
    'code.sent queued',
    'code.withheld withheld',
    'delivery.delivered delivered',
    'delivery.failed expired',
    'delivery.failing failing',
  ]);
});

test('a transport that goes down and comes back is told of, with the cause', async () => {
  let isDown = true;
  const { otp, lines, clock } = createKit({
    requestIdentityMax: 100,
    answer: () =>
      isDown ? { ok: false, category: 'unavailable', retryable: true, detail: 'ECONNREFUSED' } : { ok: true },
  });
  for (let i = 0; i < 6; i++) await otp.request(`alice@${i}.example.com`);
  const opened = lines.find(({ event }) => event === 'breaker.opened');
  assert.deepEqual([opened?.['level'], opened?.['transport']], ['warn', 'inbox']);
  assert.match(String(opened?.['cause']), /refused the connection/);
  isDown = false;
  clock.advance(2000);
  await otp.request('alice@6.example.com');
  assert.equal(lines.filter(({ event }) => event === 'breaker.closed').length, 1);
});

test('every sink hears of an outcome, and nothing is assembled where none listens', () => {
  const outcome: Outcome = { event: 'delivery.lost', lost: 1 };
  const [first, second] = [keepOutcomes(), keepOutcomes()];
  const sink = ({ outcomes }: typeof first) => ({ isOn: () => true, take: outcomes.report });
  createOutcomes([sink(first), sink(second)]).report(outcome);
  assert.deepEqual([first.kept, second.kept], [[outcome], [outcome]]);
  assert.equal(createOutcomes([]).areWanted(), false);
  const { logger } = keepLines();
  const isOn = (isLevelEnabled?: () => boolean) =>
    createOutcomes([createLogSink({ ...logger, ...(isLevelEnabled && { isLevelEnabled }) })]).areWanted();
  assert.deepEqual([isOn(), isOn(() => true), isOn(() => false)], [true, true, false]);
});

test('what the documentation says of events is what the table says', () => {
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  for (const [event, { level, message }] of Object.entries(outcomeRows)) {
    assert.ok(page.includes(`| \`${event}\` | ${level} | ${message} |`), event);
  }
});

test('the message of every line says in words what has happened', () => {
  for (const [event, { message }] of Object.entries(outcomeRows))
    assert.match(message, /^[A-Z]\w*( \S+)+$/, event);
});
