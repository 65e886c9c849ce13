import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHttpTransport } from '../../src/testing/index.js';
import { createResendTransport } from '../../src/transports/resend.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';

const options = { apiKey: 're_resend_key', from: 'Example <codes@example.org>' };
const message = createMessage({ to: "o'neil+x=y@example.com", html: '<p>482931</p>' });
const accepted = { status: 200, body: { id: '49a3999c-0ce1-4ea6-ab68-afcd6dc2e794' } };
const error = (statusCode: number, name: string) => ({
  status: statusCode,
  body: { statusCode, name, message: `prose ${message.to} 482931 ${options.apiKey}` },
});

describeHttpTransport('resend', {
  create: (baseUrl) => createResendTransport({ ...options, baseUrl }),
  message,
  secrets: [options.apiKey],
  readRecipients: ({ body }) => JSON.parse(body).to,
  answers: {
    accept: accepted,
    refuse: error(422, 'validation_error'),
    unauthorized: error(403, 'invalid_api_key'),
    throttle: { ...error(429, 'rate_limit_exceeded'), headers: { 'retry-after': '7' } },
    fail: error(500, 'application_error'),
  },
});

test('an e-mail is the documented request, field by field, and its id keeps it from being sent twice', async () => {
  const stub = await startHttpStub(accepted);
  try {
    const transport = createResendTransport({ ...options, baseUrl: stub.url });
    const receipt = await transport.send(message, { signal: new AbortController().signal });
    assert.deepEqual(receipt, { ok: true, id: accepted.body.id });
    const [request] = stub.received;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.path, '/emails');
    assert.equal(request?.headers.authorization, 'Bearer re_resend_key');
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers['idempotency-key'], message.id);
    assert.equal(request?.headers['user-agent'], 'stateless-otp');
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      from: '"Example" <codes@example.org>',
      to: [message.to],
      subject: message.subject,
      text: message.text,
      html: message.html,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Entity-Ref-ID': message.id },
    });
  } finally {
    await stub.close();
  }
});

test('a message that is already on its way is an unknown outcome', async () => {
  const stub = await startHttpStub(error(409, 'concurrent_idempotent_requests'));
  try {
    const transport = createResendTransport({ ...options, baseUrl: stub.url });
    const receipt = await transport.send(message, { signal: new AbortController().signal });
    assert.ok(!receipt.ok && receipt.category === 'unknown');
  } finally {
    await stub.close();
  }
});

test('wrong options are refused by name', () => {
  assert.throws(() => createResendTransport({ ...options, apiKey: '' }), /^RangeError: apiKey /);
  assert.throws(() => createResendTransport({ ...options, from: 'nobody' }), /^RangeError: from /);
});
