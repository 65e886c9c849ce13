import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf } from '../../src/core/refusal.js';
import { describeHttpTransport } from '../../src/testing/index.js';
import { createTwilioTransport, type TwilioTransportOptions } from '../../src/transports/twilio.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createSms } from '../helpers/messages.js';

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const messagingServiceSid = 'MG0123456789abcdef0123456789abcdef';
const authToken = 'twilio-auth-token';
const options = { accountSid, authToken, from: '+15005550006' };
const message = createSms();
const error = (status: number, code: number) => ({
  status,
  body: {
    code,
    message: `prose ${message.to} 482931 ${authToken}`,
    more_info: 'https://example.com',
    status,
  },
});
const accepted = { status: 201, body: { sid: 'SM0123456789abcdef0123456789abcdef', status: 'queued' } };

describeHttpTransport('twilio', {
  create: (baseUrl) => createTwilioTransport({ ...options, baseUrl }),
  message,
  secrets: [accountSid, authToken],
  readRecipients: ({ body }) => new URLSearchParams(body).getAll('To'),
  answers: {
    accept: accepted,
    refuse: error(400, 21606),
    unauthorized: error(401, 20003),
    throttle: { ...error(429, 20429), headers: { 'retry-after': '7' } },
    fail: error(500, 20500),
  },
});

async function capture(changes: Partial<TwilioTransportOptions>, sent = message) {
  const stub = await startHttpStub(accepted);
  try {
    const transport = createTwilioTransport({ ...options, ...changes, baseUrl: stub.url });
    const receipt = await transport.send(sent, { signal: new AbortController().signal });
    assert.deepEqual(receipt, { ok: true, id: accepted.body.sid });
    const [request] = stub.received;
    assert.ok(request);
    return { request, form: Object.fromEntries(new URLSearchParams(request.body)) };
  } finally {
    await stub.close();
  }
}

test('an SMS is the documented request, field by field', async () => {
  const { request, form } = await capture({});
  assert.equal(request.method, 'POST');
  assert.equal(request.path, `/2010-04-01/Accounts/${accountSid}/Messages.json`);
  assert.equal(request.headers.authorization, `Basic ${btoa(`${accountSid}:${authToken}`)}`);
  assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.deepEqual(form, { To: message.to, From: '+15005550006', Body: message.text, ValidityPeriod: '300' });
});

const apiKeySid = 'SK0123456789abcdef0123456789abcdef';

test('an API key logs in instead of its account, whose messages they stay', async () => {
  const { request } = await capture({ apiKeySid });
  assert.equal(request.path, `/2010-04-01/Accounts/${accountSid}/Messages.json`);
  assert.equal(request.headers.authorization, `Basic ${btoa(`${apiKeySid}:${authToken}`)}`);
});

test('a key that may only send is asked by a message without a recipient, since it may not read', async () => {
  for (const [answer, category] of [
    [error(400, 21604), undefined],
    [error(400, 21603), undefined],
    [error(401, 20003), 'unauthorized'],
    [error(401, 70051), 'unauthorized'],
    [error(403, 70051), 'unauthorized'],
    [error(404, 20404), 'rejected'],
    [error(500, 20500), 'unknown'],
  ] as const) {
    const stub = await startHttpStub(answer);
    try {
      const transport = createTwilioTransport({ ...options, apiKeySid, baseUrl: stub.url });
      const receipt = await transport.checkAccess?.({ signal: new AbortController().signal });
      assert.equal(receipt?.ok === false ? receipt.category : undefined, category, JSON.stringify(answer));
      const [asked] = stub.received;
      assert.deepEqual([asked?.method, asked?.body], ['POST', '']);
      assert.equal(asked?.headers.authorization, `Basic ${btoa(`${apiKeySid}:${authToken}`)}`);
    } finally {
      await stub.close();
    }
  }
});

test('a messaging service sends instead of a number', async () => {
  const { form } = await capture({ from: undefined, messagingServiceSid });
  assert.deepEqual(form, {
    To: message.to,
    MessagingServiceSid: messagingServiceSid,
    Body: message.text,
    ValidityPeriod: '300',
  });
});

test('both ends of a WhatsApp message are marked as such, and a template takes the code alone', async () => {
  const whatsapp = createSms({ channel: 'whatsapp' });
  const { form } = await capture({}, whatsapp);
  assert.equal(form['To'], `whatsapp:${message.to}`);
  assert.equal(form['From'], 'whatsapp:+15005550006');
  assert.equal(form['Body'], message.text);
  const whatsappContentSid = 'HX0123456789abcdef0123456789abcdef';
  const withTemplate = await capture({ whatsappContentSid }, whatsapp);
  assert.equal(withTemplate.form['ContentSid'], whatsappContentSid);
  assert.equal(withTemplate.form['ContentVariables'], '{"1":"482931"}');
  assert.equal(withTemplate.form['Body'], undefined);
});

test('a number that cannot receive is a refusal of this recipient', async () => {
  const stub = await startHttpStub(error(400, 21211));
  try {
    const transport = createTwilioTransport({ ...options, baseUrl: stub.url });
    assert.deepEqual(await transport.send(message, { signal: new AbortController().signal }), {
      ok: false,
      category: 'invalid_recipient',
      retryable: false,
      detail: 'HTTP 400 21211',
    });
  } finally {
    await stub.close();
  }
});

test('a person who has blocked us is left alone, and maintenance is an outage', async () => {
  for (const [code, category, fault] of [
    [63014, 'rejected', 'recipient'],
    [63017, 'rate_limited', 'account'],
    [21730, 'unavailable', 'connection'],
  ] as const) {
    const stub = await startHttpStub(error(400, code));
    try {
      const transport = createTwilioTransport({ ...options, baseUrl: stub.url });
      const receipt = await transport.send(message, { signal: new AbortController().signal });
      assert.ok(!receipt.ok && receipt.category === category, String(code));
      assert.equal(faultOf(receipt), fault, String(code));
    } finally {
      await stub.close();
    }
  }
});

test('wrong options are refused by name, without their value', () => {
  for (const [name, wrong] of Object.entries({
    accountSid: 'AC/../x',
    authToken: 'with space',
    apiKeySid: accountSid,
    from: 'far too long a sender',
    messagingServiceSid: 'MG',
    whatsappContentSid: 'HX',
    channels: ['email'],
    baseUrl: 'http://api.example.com',
    fetch: 'fetch',
    timeoutMs: 1,
  })) {
    const wrongOptions = { ...options, [name]: wrong } as unknown as TwilioTransportOptions;
    assert.throws(
      () => createTwilioTransport(wrongOptions),
      (thrown: Error) => /^(Type|Range)Error$/.test(thrown.name) && thrown.message.startsWith(name),
      name,
    );
  }
  assert.throws(
    () => createTwilioTransport({ accountSid, authToken }),
    /one of from and messagingServiceSid/,
  );
});
