import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import type { Message } from '../../src/index.js';
import { createRenderer } from '../../src/messages/render.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/transports/smtp.js';
import { createTestOtp } from '../helpers/otp.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { until } from '../helpers/until.js';

const alice = 'alice@example.com';
const message = (to = alice): Message => ({
  id: 'message-1',
  channel: 'email',
  to,
  code: '482931',
  expiresInSeconds: 300,
  ...createRenderer()({ channel: 'email', code: '482931', expiresInSeconds: 300 }),
});
const signal = () => new AbortController().signal;

async function withServer<Result>(
  server: SMTPServerOptions,
  transport: Partial<SmtpTransportOptions>,
  run: (
    kit: Awaited<ReturnType<typeof startSmtpServer>>,
    send: (to?: string) => ReturnType<ReturnType<typeof createSmtpTransport>['send']>,
  ) => Promise<Result>,
): Promise<Result> {
  const smtp = await startSmtpServer(server);
  const sender = createSmtpTransport({
    host: '127.0.0.1',
    port: smtp.port,
    from: 'Example <codes@example.org>',
    timeoutMs: 30_000,
    ...transport,
  });
  try {
    return await run(smtp, (to) => sender.send(message(to), { signal: signal() }));
  } finally {
    await sender.close?.();
    await smtp.close();
  }
}

test('a message has one recipient, the code, its life, and says what to do if it was not you', () =>
  withServer({}, {}, async (smtp, send) => {
    const receipt = await send();
    assert.ok(receipt.ok && receipt.id);
    const [received] = smtp.received;
    assert.deepEqual(received?.envelope, { from: 'codes@example.org', to: [alice] });
    assert.equal(received?.mail.subject, '482931 – Your one-time code');
    assert.deepEqual(received?.mail.from, { name: 'Example', address: 'codes@example.org' });
    assert.deepEqual(
      received?.mail.to?.map(({ address }) => address),
      [alice],
    );
    assert.match(
      received?.mail.text ?? '',
      /482931[\s\S]*expires in 5 minutes[\s\S]*it wasn't you[\s\S]*ignore this message/,
    );
    assert.equal(received?.mail.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated');
  }));

// Attack: smuggle a second recipient or a header into the mail (nodemailer CVE-2026-125755).
test('what the canonicaliser accepts reaches exactly one recipient, byte for byte', () =>
  withServer({}, {}, async (smtp, send) => {
    const strange = ["o'neil+x=y@example.com", '{a|b}`~^!#$%&*/?@example.com', 'a@xn--bcher-kva.example'];
    for (const to of strange) {
      assert.ok((await send(to)).ok);
    }
    assert.deepEqual(smtp.recipients, strange);
    assert.equal(smtp.received.length, strange.length);
  }));

test('an unknown mailbox is a definite refusal of this recipient, and the detail does not name it', () =>
  withServer(
    {
      onRcptTo: (address, _session, callback) =>
        callback(Object.assign(new Error(`${address.address} unknown`), { responseCode: 550 })),
    },
    {},
    async (_smtp, send) => {
      const receipt = await send();
      assert.deepEqual(receipt, {
        ok: false,
        category: 'invalid_recipient',
        retryable: false,
        detail: 'SMTP EENVELOPE 550 RCPT TO',
        cause: 'the server does not know the mailbox (550)',
      });
    },
  ));

test('a temporary refusal can be tried again', () =>
  withServer(
    {
      onMailFrom: (_address, _session, callback) =>
        callback(Object.assign(new Error('later'), { responseCode: 451 })),
    },
    {},
    async (_smtp, send) => {
      const receipt = await send();
      assert.ok(!receipt.ok && receipt.category === 'unavailable' && receipt.retryable);
    },
  ));

test('a message refused after its content is rejected', () =>
  withServer(
    {
      onData(stream, _session, callback) {
        stream.resume();
        stream.on('end', () => callback(Object.assign(new Error('spam'), { responseCode: 554 })));
      },
    },
    {},
    async (_smtp, send) => {
      const receipt = await send();
      assert.ok(!receipt.ok && receipt.category === 'rejected' && !receipt.retryable);
    },
  ));

test('with a required TLS that the server does not offer, nothing is sent', () =>
  withServer({}, { requireTls: true }, async (smtp, send) => {
    const receipt = await send();
    assert.ok(!receipt.ok && receipt.category !== 'timeout');
    assert.equal(smtp.received.length, 0);
  }));

test('a port that nobody listens on is unavailable', async () => {
  const smtp = await startSmtpServer();
  await smtp.close();
  const sender = createSmtpTransport({ host: '127.0.0.1', port: smtp.port, from: 'codes@example.org' });
  const receipt = await sender.send(message(), { signal: signal() });
  assert.ok(!receipt.ok && receipt.category === 'unavailable');
});

/** Sends a message to a server that talks like this to anyone who connects. */
async function sendTo(talk: (socket: Socket) => void, leftMs?: number) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const sender = createSmtpTransport({
    host: '127.0.0.1',
    port,
    from: 'codes@example.org',
    timeoutMs: 30_000,
  });
  try {
    return await sender.send(message(), { signal: signal(), leftMs });
  } finally {
    server.close();
  }
}

test('a server that hangs up after the content is an unknown outcome', async () => {
  const receipt = await sendTo((socket) => {
    socket.write('220 test\r\n');
    let isData = false;
    socket.on('data', (chunk) => {
      if (isData) return chunk.toString().endsWith('\r\n.\r\n') ? socket.destroy() : undefined;
      isData = chunk.toString().startsWith('DATA');
      socket.write(isData ? '354 go on\r\n' : '250 ok\r\n');
    });
  });
  assert.ok(!receipt.ok && receipt.category === 'unknown', JSON.stringify(receipt));
});

// Attack: accept each message but answer late, so that every send is given back and another can be had.
test('a server that accepts the mail and answers after the time limit gets nobody extra sends', async () => {
  const answers: (() => void)[] = [];
  const smtp = await startSmtpServer({
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => answers.push(callback));
    },
  });
  const at = { host: '127.0.0.1', port: smtp.port, from: 'codes@example.org', timeoutMs: 30_000 };
  const transports = [createSmtpTransport(at)];
  const { otp, clock } = createTestOtp({ transports, deliveryTimeoutMs: 60_000, requestIdentityMax: 1 });
  try {
    const asked = otp.request(alice);
    await until('the message', () => answers.length === 1);
    clock.advance(60_000);
    assert.deepEqual(await asked, { status: 'delivery_failed', category: 'timeout' });
    for (const answer of answers) answer();
    assert.equal((await otp.request(alice)).status, 'rate_limited');
    assert.equal(smtp.recipients.length, 1);
  } finally {
    await otp.close();
    await smtp.close();
  }
});

test('a server that turns everyone away at the greeting is unavailable, and can be tried again', async () => {
  const receipt = await sendTo((socket) => {
    socket.end('421 too busy\r\n');
  }, 1000);
  assert.ok(!receipt.ok && receipt.category === 'unavailable' && receipt.retryable, JSON.stringify(receipt));
});

test('a sender that is not an address is refused', () => {
  for (const from of ['', 'codes', 'a@b, c@d', 'Example <codes@example.org', 'x\r\nBcc: a@b.example']) {
    assert.throws(() => createSmtpTransport({ host: 'localhost', from }), /from must be an address/, from);
  }
});
