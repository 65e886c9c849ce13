import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/index.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';
import { providers } from '../helpers/providers.js';

const requestId = 'a.request-id_1';

/** Where each provider that takes one finds the id of a request; twilio takes none. */
const places: Record<string, (headers: Record<string, unknown>, body: string) => unknown> = {
  webhook: (headers) => headers['x-request-id'],
  resend: (_headers, body) => JSON.parse(body).tags,
  ses: (_headers, body) => JSON.parse(body).EmailTags,
  vonage: (_headers, body) => new URLSearchParams(body).get('client-ref'),
  whatsapp: (_headers, body) => JSON.parse(body).biz_opaque_callback_data,
};

const expected: Record<string, unknown> = {
  webhook: requestId,
  resend: [{ name: 'request_id', value: 'a_request-id_1' }],
  ses: [{ Name: 'request_id', Value: 'a_request-id_1' }],
  vonage: requestId,
  whatsapp: requestId,
};

/** What those send that want a reference in any case. */
const fallbacks: Record<string, unknown> = { vonage: createMessage().id };

for (const [name, { channel, create, accept }] of Object.entries(providers)) {
  const find = places[name];
  if (!find) continue;
  test(`${name} is told the id of the request, and nothing where there is none`, async () => {
    const stub = await startHttpStub(accept);
    const transport = create(stub.url);
    const to = channel === 'email' ? 'alice@example.com' : '+4915112345678';
    const send = async (changes: Partial<Message>) => {
      const receipt = await transport.send(createMessage({ channel, to, ...changes }), {
        signal: new AbortController().signal,
      });
      assert.ok(receipt.ok);
      const { headers, body } = stub.received.at(-1) ?? { headers: {}, body: '' };
      return find(headers, body);
    };
    assert.deepEqual(await send({ requestId }), expected[name]);
    assert.deepEqual(await send({}), fallbacks[name]);
    if (name === 'vonage') assert.equal(await send({ requestId: 'x'.repeat(41) }), createMessage().id);
  });
}

test('every provider over HTTP is asked here, but for those that take no such id', () => {
  assert.deepEqual(
    Object.keys(providers).filter((name) => !(name in places)),
    ['twilio'],
  );
});
