import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHttpTransport } from '../../src/testing/index.js';
import { createVonageTransport, type VonageTransportOptions } from '../../src/transports/vonage.js';
import { type StubAnswer, startHttpStub } from '../helpers/http-stub.js';
import { createSms } from '../helpers/messages.js';

const options = { apiKey: 'abcd1234', apiSecret: 'vonage-secret', from: 'Example' };
const message = createSms();
const part = (status: string) => ({
  to: message.to.slice(1),
  'message-id': '0A0000000123ABCD1',
  status,
  ...(status === '0' ? {} : { 'error-text': `prose ${message.to} 482931` }),
});
const parts = (...statuses: string[]) => ({
  status: 200,
  body: { 'message-count': String(statuses.length), messages: statuses.map(part) },
});

describeHttpTransport('vonage', {
  create: (baseUrl) => createVonageTransport({ ...options, baseUrl }),
  message,
  secrets: [options.apiKey, options.apiSecret],
  readRecipients: ({ body }) => new URLSearchParams(body).getAll('to'),
  expectedRecipient: message.to.slice(1), // Vonage wants numbers without the +
  answers: {
    accept: parts('0'),
    refuse: parts('15'),
    unauthorized: parts('4'),
    throttle: { status: 429, headers: { 'retry-after': '7' }, body: { title: 'Throttled', detail: 'prose' } },
    fail: { status: 500, body: { title: 'Internal', detail: 'prose' } },
  },
});

async function send(answer: StubAnswer, sent = message) {
  const stub = await startHttpStub(answer);
  try {
    const transport = createVonageTransport({ ...options, baseUrl: stub.url });
    const receipt = await transport.send(sent, { signal: new AbortController().signal });
    const [request] = stub.received;
    assert.ok(request);
    return { receipt, request, form: Object.fromEntries(new URLSearchParams(request.body)) };
  } finally {
    await stub.close();
  }
}

test('an SMS is the documented request, field by field', async () => {
  const { receipt, request, form } = await send(parts('0'));
  assert.deepEqual(receipt, { ok: true, id: '0A0000000123ABCD1' });
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/sms/json');
  assert.equal(request.headers.authorization, `Basic ${btoa('abcd1234:vonage-secret')}`);
  assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.deepEqual(form, {
    from: 'Example',
    to: '4915112345678',
    text: message.text,
    type: 'text',
    ttl: '300000',
    'client-ref': message.id,
  });
});

test('a text beyond the 7-bit alphabet is sent as Unicode', async () => {
  assert.equal((await send(parts('0'), createSms({ text: 'Ваш код 482931' }))).form['type'], 'unicode');
  assert.equal(
    (await send(parts('0'), createSms({ text: 'Ihr Code für Müller: 482931 €' }))).form['type'],
    'text',
  );
});

test('its statuses are told apart', async () => {
  for (const [answer, category] of [
    [parts('1'), 'rate_limited'],
    [parts('5'), 'unknown'],
    [parts('7'), 'invalid_recipient'],
    [parts('9'), 'unauthorized'],
    [parts('99'), 'unknown'],
    [parts('0', '1'), 'unknown'],
    [parts('1', '1'), 'rate_limited'],
    [parts(), 'unknown'],
    [{ status: 200, body: '<html>' }, 'unknown'],
  ] as const) {
    const { receipt } = await send(answer);
    assert.ok(
      !receipt.ok && receipt.category === category,
      `${JSON.stringify(answer)}: ${JSON.stringify(receipt)}`,
    );
  }
});

test('wrong options are refused by name', () => {
  for (const [name, wrong] of Object.entries({ apiKey: 'a b', apiSecret: '', from: '+4915112345678' })) {
    const wrongOptions = { ...options, [name]: wrong } as VonageTransportOptions;
    assert.throws(() => createVonageTransport(wrongOptions), new RegExp(`^RangeError: ${name} `), name);
  }
});
