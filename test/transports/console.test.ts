import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { createConsoleTransport } from '../../src/transports/console.js';

const message = {
  id: 'message-1',
  locale: 'en',
  channel: 'email',
  to: 'alice@example.com',
  code: '482931',
  expiresInSeconds: 300,
  subject: '',
  text: '',
} as const;
const { signal } = new AbortController();

test('one line a message, in exactly this form', async () => {
  const lines: string[] = [];
  const transport = createConsoleTransport({ write: (line) => lines.push(line) });
  assert.deepEqual(await transport.send(message, { signal }), { ok: true });
  assert.deepEqual(lines, ['stateless-otp code 482931 for alice@example.com (email, expires in 300 s)']);
});

// A bad day: the program that shows the codes hangs, and messages pile up in memory.
test('messages are refused once a mebibyte waits for the reader of standard output', async () => {
  const program = `
    import { createConsoleTransport } from ${JSON.stringify(new URL('../../src/transports/console.ts', import.meta.url).href)};
    const transport = createConsoleTransport();
    const message = ${JSON.stringify({ ...message, to: `${'a'.repeat(300)}@example.com` })};
    for (let sent = 0; ; sent++) {
      const receipt = await transport.send(message, {});
      if (!receipt.ok) { console.error(JSON.stringify({ sent, ...receipt })); process.exit(0); }
    }`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  // Nobody reads its standard output.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for await (const chunk of child.stderr) told += chunk;
  const { sent, ...receipt } = JSON.parse(told);
  assert.ok(sent * 400 > 1024 * 1024 && sent * 300 < 2 * 1024 * 1024, `${sent} were sent`);
  assert.deepEqual(receipt, {
    ok: false,
    category: 'unavailable',
    retryable: true,
    detail: 'nobody reads standard output',
  });
});
