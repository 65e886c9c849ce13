import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/index.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';
import { providers } from '../helpers/providers.js';

const requestId = 'a.request-id_1';

for (const [name, { channel, create, accept, requestId: place }] of Object.entries(providers)) {
  if (!place) continue;
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
      return place.find(body, headers);
    };
    assert.deepEqual(await send({ requestId }), place.isTag ? 'a_request-id_1' : requestId);
    assert.deepEqual(await send({}), place.isRequired ? createMessage().id : undefined);
    if (name === 'vonage') assert.equal(await send({ requestId: 'x'.repeat(41) }), createMessage().id);
  });
}
