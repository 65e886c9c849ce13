import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConsoleTransport } from '../../src/transports/console.js';

test('one line a message, in exactly this form', async () => {
  const lines: string[] = [];
  const transport = createConsoleTransport({ write: (line) => lines.push(line) });
  const receipt = await transport.send(
    {
      id: 'message-1',
      locale: 'en',
      channel: 'email',
      to: 'alice@example.com',
      code: '482931',
      expiresInSeconds: 300,
      subject: '',
      text: '',
    },
    { signal: new AbortController().signal },
  );
  assert.deepEqual(receipt, { ok: true });
  assert.deepEqual(lines, ['stateless-otp code 482931 for alice@example.com (email, expires in 300 s)']);
});
