import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { settle } from '../helpers/clock.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';

/** Answers that the test gives one after the other. */
function createAnswers() {
  const waiting: ((receipt: Receipt) => void)[] = [];
  const answer = () => new Promise<Receipt>((resolve) => waiting.push(resolve));
  const settle = async (receipt: Receipt) => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.(receipt);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { answer, settle };
}

test('a request is answered before its message is sent', async () => {
  const { answer, settle } = createAnswers();
  const { otp, inbox } = createTestOtp({ deliveryMode: 'background', answer });
  assert.equal((await otp.request(alice)).status, 'sent');
  assert.equal((await otp.verify(alice, inbox.lastCode())).status, 'valid');
  await settle({ ok: true });
  await otp.close();
});

test('a definite refusal in the background gives the send back; an unknown outcome does not', async () => {
  const { answer, settle } = createAnswers();
  const { otp } = createTestOtp({ deliveryMode: 'background', requestIdentityMax: 1, answer });
  await otp.request(alice);
  assert.equal((await otp.request(alice)).status, 'rate_limited');
  await settle({ ok: false, category: 'rejected', retryable: false, detail: 'test' });
  assert.equal((await otp.request(alice)).status, 'sent');
  await settle({ ok: false, category: 'timeout', retryable: true, detail: 'test' });
  assert.equal((await otp.request(alice)).status, 'rate_limited');
  await otp.close();
});

// Attack: make so many messages wait that memory runs out, or that those refused count against someone.
test('a full queue refuses before anything is counted', async () => {
  const { answer, settle } = createAnswers();
  const { otp } = createTestOtp({
    deliveryMode: 'background',
    deliveryQueueMax: 2,
    requestIpMax: 3,
    requestIdentityMax: 1,
    answer,
  });
  const ip = '192.0.2.1';
  await otp.request('one@example.com', { ip });
  await otp.request('two@example.com', { ip });
  for (let i = 0; i < 10; i++) await assert.rejects(otp.request(alice, { ip }), { code: 'overloaded' });
  await settle({ ok: true });
  assert.equal((await otp.request(alice, { ip })).status, 'sent');
  await settle({ ok: true });
  await settle({ ok: true });
  await otp.close();
});

test('a refused request takes no place in the queue', async () => {
  const { otp } = createTestOtp({ deliveryMode: 'background', deliveryQueueMax: 1, requestIdentityMax: 1 });
  await otp.request(alice);
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 5; i++) assert.equal((await otp.request(alice)).status, 'rate_limited');
  assert.equal((await otp.request('bob@example.com')).status, 'sent');
  await otp.close();
});

// Attack: cause errors while messages are written, until the queue is full for good.
test('an error while a message is written takes no place in the queue', async () => {
  let isBroken = true;
  const memory = createMemoryStore();
  const { otp, inbox } = createTestOtp({
    deliveryMode: 'background',
    deliveryQueueMax: 2,
    store: {
      ...memory,
      async open(request) {
        const opened = await memory.open(request);
        if (!isBroken || opened.status !== 'opened') return opened;
        return { ...opened, record: { ...opened.record, keyId: 'unknown' } };
      },
    },
  });
  for (let i = 0; i < 3; i++) {
    await assert.rejects(otp.request(alice, { bind: true }), /a key that is not known/);
  }
  isBroken = false;
  assert.equal((await otp.request(alice)).status, 'sent');
  assert.equal(inbox.messages.length, 1);
  await otp.close();
});

// A bad day: a transport that was written in a hurry returns nothing, or what is not a receipt.
test('an answer that is not a receipt is an unknown outcome, and takes no place in the queue', async () => {
  const answers = [undefined, null, 'sent', {}, { ok: 1 }, { ok: false }, { ok: false, category: 'odd' }];
  const warnings: Record<string, unknown>[] = [];
  const { otp, inbox } = createTestOtp({
    deliveryMode: 'background',
    deliveryQueueMax: 1,
    answer: () => answers[inbox.messages.length - 1] as unknown as Receipt,
    logger: { info() {}, error() {}, warn: (fields) => void warnings.push(fields) },
  });
  for (const i of answers.keys()) {
    assert.equal((await otp.request(`${i}@example.com`)).status, 'sent');
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(
    warnings.map(({ category, detail }) => [category, detail]),
    answers.map(() => ['unknown', 'returned no receipt']),
  );
  await otp.close();
});

// A bad day: a recipient is greylisted, and the operator is told nothing for minutes.
test('a refusal is logged at once with its cause, then in growing intervals, and when the message is given up', async () => {
  const warnings: unknown[] = [];
  const { otp, clock } = createTestOtp({
    deliveryMode: 'background',
    answer: () => ({
      ok: false,
      category: 'unavailable',
      fault: 'recipient',
      retryable: true,
      detail: '450',
    }),
    logger: {
      info() {},
      error() {},
      warn: ({ event, status, category, fault, detail, transport }) => {
        assert.deepEqual([category, fault, detail, transport], ['unavailable', 'recipient', '450', 'inbox']);
        warnings.push([seconds, event, status]);
      },
    },
  });
  let seconds = 0;
  await otp.request(alice);
  await settle();
  for (; seconds < 300; seconds++) {
    clock.advance(1000);
    await settle();
  }
  const failing = [0, 0, 3, 12, 39].map((after) => [after, 'delivery.failing', 'failing']);
  assert.deepEqual(warnings, [...failing, [120, 'delivery.failed', 'expired']]);
  await otp.close();
});

// Attack: have 1 000 codes sent to a domain that refuses them for now.
test('1 000 messages that one domain refuses for now keep nobody from a code', async () => {
  const { otp, inbox, clock } = createTestOtp({
    deliveryMode: 'background',
    answer: () =>
      inbox.messages.at(-1)?.to.endsWith('busy.example')
        ? { ok: false, category: 'unavailable', retryable: true, detail: 'test' }
        : { ok: true },
  });
  for (let i = 0; i < 1000; i++) {
    assert.equal((await otp.request(`${i}@busy.example`)).status, 'sent');
    await settle();
  }
  for (let i = 0; i < 200; i++) {
    clock.advance(100);
    const identity = `person${i}@example.com`;
    assert.equal((await otp.request(identity)).status, 'sent');
    await settle();
    assert.equal(
      (await otp.verify(identity, inbox.messages.find(({ to }) => to === identity)?.code)).status,
      'valid',
    );
  }
});

// Attack: watch the places of a full queue to tell a test identity, whose code never changes, from others.
test('a test identity takes a place in the queue and is sent nothing', async () => {
  const { otp, inbox, clock } = createTestOtp({
    deliveryQueueMax: 1,
    gateAllow: ['@example.com'],
    testIdentities: [{ identity: alice, code: '482931', until: '2999-12-31' }],
  });
  assert.equal((await otp.request(alice)).status, 'sent');
  await assert.rejects(otp.request('bob@example.com'), { code: 'overloaded' });
  clock.advance(300);
  await settle();
  assert.equal((await otp.request('bob@example.com')).status, 'sent');
  assert.deepEqual(
    inbox.messages.map(({ to }) => to),
    ['bob@example.com'],
  );
});

test('what is left at the end of the grace period is reported as lost, by count', async () => {
  const faults: unknown[] = [];
  const { otp, clock } = createTestOtp({
    deliveryMode: 'background',
    answer: () => new Promise(() => {}),
    logger: { info() {}, warn() {}, error: (fields, message) => faults.push([fields, message]) },
  });
  await otp.request(alice);
  await otp.request('bob@example.com');
  const closing = otp.close({ graceMs: 50 });
  clock.advance(50);
  await closing;
  assert.deepEqual(faults, [[{ event: 'delivery.lost', lost: 2 }, 'Messages were lost at shutdown']]);
});
