import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHttpTransport } from '../../src/testing/index.js';
import { createWhatsAppTransport, type WhatsAppTransportOptions } from '../../src/transports/whatsapp.js';
import { type StubAnswer, startHttpStub } from '../helpers/http-stub.js';
import { createSms } from '../helpers/messages.js';

const options = { token: 'EAAJB-token', phoneNumberId: '106540352242922', template: 'sign_in_code' };
const message = createSms({ channel: 'whatsapp', locale: 'pt-BR' });
const accepted = {
  status: 200,
  body: {
    messaging_product: 'whatsapp',
    contacts: [{ input: message.to, wa_id: message.to.slice(1) }],
    messages: [{ id: 'wamid.HBgLMTY1', message_status: 'accepted' }],
  },
};
const error = (status: number, code: number) => ({
  status,
  body: { error: { message: `prose ${message.to} 482931 ${options.token}`, type: 'OAuthException', code } },
});

describeHttpTransport('whatsapp', {
  create: (baseUrl) => createWhatsAppTransport({ ...options, baseUrl }),
  message,
  secrets: [options.token, options.phoneNumberId],
  readRecipients: ({ body }) => [JSON.parse(body).to],
  answers: {
    accept: accepted,
    refuse: error(400, 132001),
    unauthorized: error(401, 190),
    throttle: { ...error(429, 130429), headers: { 'retry-after': '7' } },
    fail: error(500, 131000),
  },
});

async function send(answer: StubAnswer, changes: Partial<WhatsAppTransportOptions> = {}) {
  const stub = await startHttpStub(answer);
  try {
    const transport = createWhatsAppTransport({ ...options, ...changes, baseUrl: stub.url });
    const receipt = await transport.send(message, { signal: new AbortController().signal });
    const [request] = stub.received;
    assert.ok(request);
    return { receipt, request };
  } finally {
    await stub.close();
  }
}

test('a template is the documented request, field by field: the code, and none of our words', async () => {
  const { receipt, request } = await send(accepted);
  assert.deepEqual(receipt, { ok: true, id: 'wamid.HBgLMTY1' });
  assert.equal(request.method, 'POST');
  assert.equal(request.path, '/v25.0/106540352242922/messages');
  assert.equal(request.headers.authorization, 'Bearer EAAJB-token');
  assert.equal(request.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(request.body), {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: message.to,
    type: 'template',
    template: {
      name: 'sign_in_code',
      language: { code: 'en_US' },
      components: [
        { type: 'body', parameters: [{ type: 'text', text: '482931' }] },
        { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: '482931' }] },
      ],
    },
  });
});

test('the template comes in the language of the message, or the nearest there is', async () => {
  const languageOf = async (languages: string[]) =>
    JSON.parse((await send(accepted, { languages })).request.body).template.language.code;
  assert.equal(await languageOf(['en_US', 'pt_PT', 'pt_BR']), 'pt_BR');
  assert.equal(await languageOf(['en_US', 'pt_PT']), 'pt_PT');
  assert.equal(await languageOf(['de', 'en_US']), 'de');
});

test('its error codes count more than the status', async () => {
  for (const [status, code, category] of [
    [400, 131026, 'invalid_recipient'],
    [400, 131056, 'rate_limited'],
    [403, 368, 'unauthorized'],
    [500, 3, 'unauthorized'],
  ] as const) {
    const { receipt } = await send(error(status, code));
    assert.ok(!receipt.ok && receipt.category === category, String(code));
    assert.equal(receipt.detail, `HTTP ${status} ${code}`);
  }
});

test('wrong options are refused by name', () => {
  for (const [name, wrong] of Object.entries({
    token: '',
    phoneNumberId: '+4915112345678',
    template: '../x',
    languages: ['en-US'],
    apiVersion: '25',
  })) {
    const wrongOptions = { ...options, [name]: wrong } as WhatsAppTransportOptions;
    assert.throws(() => createWhatsAppTransport(wrongOptions), new RegExp(`^RangeError: ${name} `), name);
  }
});
