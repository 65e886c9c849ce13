import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryModes } from '../src/core/policy.js';
import { createTestOtp, post } from './helpers/otp.js';

const closed = { name: 'OtpError', code: 'store_unavailable', message: /^close\(\) was called/ };

for (const deliveryMode of deliveryModes) {
  test(`every call says that it comes after the close, whatever would still work; ${deliveryMode} delivery`, async () => {
    const { otp, inbox } = createTestOtp({ deliveryMode });
    await otp.close();
    const { handler, operator, close, ...others } = otp;
    const calls = { ...others, ...operator } as unknown as Record<
      string,
      (given: unknown) => Promise<unknown>
    >;
    assert.ok(Object.keys(calls).length >= 10);
    for (const [name, call] of Object.entries(calls)) {
      await assert.rejects(call('alice@example.com'), closed, name);
    }
    const { status, body } = await post(handler, '/api/v1/otp/request', { identity: 'alice@example.com' });
    assert.equal(status, 503);
    assert.match(body.detail, closed.message);
    assert.equal((await handler(new Request('http://localhost/readyz'))).status, 503);
    assert.equal(inbox.messages.length, 0);
  });
}

test('while queued messages still leave, nothing else is taken, and closing again is no mistake', async () => {
  let deliver = () => {};
  const answer = new Promise<{ ok: true }>((resolve) => {
    deliver = () => resolve({ ok: true });
  });
  const { otp, inbox } = createTestOtp({ deliveryMode: 'background', answer: () => answer });
  await otp.request('alice@example.com');
  const closing = otp.close();
  await assert.rejects(otp.request('bob@example.com'), closed);
  deliver();
  await closing;
  await otp.close();
  assert.equal(inbox.messages.length, 1);
});
