import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt, Transport } from '../../src/index.js';
import { settle } from '../helpers/clock.js';
import { createInbox, createTestOtp, post } from '../helpers/otp.js';

const path = '/api/v1/otp/request';
const body = { identity: 'alice@example.com' };

function createTransport(name: string, answer: () => Receipt | Promise<Receipt>): Transport {
  return { ...createInbox(answer).transport, name };
}
const refuse = (): Receipt => ({ ok: false, category: 'unavailable', retryable: true, detail: 'test' });

test('when the first transport is down, the second delivers within the same request', async () => {
  const second = createInbox();
  const { otp } = createTestOtp({ transports: [createTransport('first', refuse), second.transport] });
  assert.equal((await post(otp.handler, path, body)).status, 200);
  assert.equal((await otp.verify(body.identity, second.lastCode())).status, 'valid');
});

test('when both refuse, the answer is 502 and the send is given back', async () => {
  let isUp = false;
  const answer = () => (isUp ? ({ ok: true } as const) : refuse());
  const transports = [createTransport('first', refuse), createTransport('second', answer)];
  const { otp } = createTestOtp({ transports, requestIdentityMax: 1 });
  const failed = await post(otp.handler, path, body);
  assert.deepEqual(
    [failed.status, failed.body.code, failed.body['category']],
    [502, 'delivery_failed', 'unavailable'],
  );
  isUp = true;
  assert.equal((await post(otp.handler, path, body)).status, 200);
});

test('when the first is a black hole, the answer is 502 and the send is not given back', async () => {
  const second = createInbox();
  let isAsked = false;
  const never = () => {
    isAsked = true;
    return new Promise<Receipt>(() => {});
  };
  const transports = [createTransport('first', never), second.transport];
  const { otp, clock } = createTestOtp({ transports, requestIdentityMax: 1, deliveryTimeoutMs: 100 });
  const answer = post(otp.handler, path, body);
  while (!isAsked) await settle();
  clock.advance(100);
  const failed = await answer;
  assert.deepEqual([failed.status, failed.body['category']], [502, 'timeout']);
  assert.equal(second.messages.length, 0);
  assert.equal((await post(otp.handler, path, body)).status, 429);
});
