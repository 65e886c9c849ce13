import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../../src/index.js';
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

// Attack: make so many messages wait that memory runs out, or that those refused count against somebody.
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

test('what is left at the end of the grace period is reported as lost, by count', async () => {
  const faults: unknown[] = [];
  const { otp } = createTestOtp({
    deliveryMode: 'background',
    answer: () => new Promise(() => {}),
    logger: { info() {}, warn() {}, error: (fields, message) => faults.push([fields, message]) },
  });
  await otp.request(alice);
  await otp.request('bob@example.com');
  await otp.close({ graceMs: 50 });
  assert.deepEqual(faults, [[{ lost: 2 }, 'messages were lost at shutdown']]);
});
