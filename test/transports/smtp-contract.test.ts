import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { type Behaviour, describeTransport } from '../../src/testing/index.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/transports/smtp.js';
import { createCertificate } from '../helpers/certificate.js';
import { createMessage } from '../helpers/messages.js';
import { mailHeaders, startSmtpServer } from '../helpers/smtp.js';

const certificate = createCertificate();
const username = 'codes';
const password = 'p4ssw0rd-of-codes';

/** The three ways to a server, each with a login. */
const ways: Record<string, { server: SMTPServerOptions; client: Partial<SmtpTransportOptions> }> = {
  'in the clear': { server: { allowInsecureAuth: true }, client: {} },
  STARTTLS: {
    server: { ...certificate, disabledCommands: [] },
    client: { requireTls: true, tls: { ca: certificate.cert } },
  },
  'implicit TLS': {
    server: { ...certificate, secure: true, disabledCommands: [] },
    client: { secure: true, tls: { ca: certificate.cert } },
  },
};

const message = createMessage({
  to: "o'neil+x=y@example.com",
  html: '<p>Your one-time code is <b>482931</b></p>',
});
const signal = () => new AbortController().signal;
const fail = (text: string, responseCode: number) => Object.assign(new Error(text), { responseCode });

/** A real SMTP server that asks for a login and does as it is told. */
async function startServer(way: SMTPServerOptions) {
  let behaviour: Behaviour = 'accept';
  const sockets = new Set<Socket>();
  const recipients: string[] = [];
  const smtp = await startSmtpServer({
    authOptional: false,
    closeTimeout: 200,
    ...way,
    onConnect: (_session, callback) => (behaviour === 'silence' ? undefined : callback()),
    onAuth: (auth, _session, callback) =>
      behaviour !== 'unauthorized' && auth.username === username && auth.password === password
        ? callback(null, { user: username })
        : callback(fail(`no ${auth.password} prose`, 535)),
    onMailFrom: (_address, _session, callback) =>
      callback(behaviour === 'throttle' ? fail('prose: too fast', 451) : null),
    onRcptTo: ({ address }, _session, callback) => {
      recipients.push(address);
      callback(behaviour === 'refuse' ? fail(`prose: no ${address}`, 550) : null);
    },
  });
  const receive = smtp.server.onData.bind(smtp.server);
  smtp.server.onData = (stream, session, callback) => {
    if (behaviour === 'accept') return receive(stream, session, callback);
    stream.resume();
    stream.on('end', () => {
      if (behaviour === 'reset') for (const socket of sockets) socket.destroy();
      else callback(fail('prose 482931', 554));
    });
  };
  smtp.server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    ...smtp,
    recipients,
    connections: sockets,
    behave: async (next: Behaviour) => {
      behaviour = next;
      if (next === 'down') await smtp.close();
    },
  };
}

function createTransport(port: number, options: Partial<SmtpTransportOptions>) {
  const from = 'Example <codes@example.org>';
  return createSmtpTransport({
    host: '127.0.0.1',
    port,
    username,
    password,
    from,
    timeoutMs: 30_000,
    ...options,
  });
}

for (const [way, { server, client }] of Object.entries(ways)) {
  describeTransport(
    `smtp, ${way},`,
    async () => {
      const smtp = await startServer(server);
      return {
        transport: createTransport(smtp.port, client),
        message,
        secrets: [username, password],
        recipients: () => smtp.recipients,
        behave: smtp.behave,
        close: smtp.close,
      };
    },
    {
      refuse: { category: 'invalid_recipient', fault: 'recipient', retryable: false },
      throttle: { category: 'unavailable', fault: 'connection', retryable: true }, // a 4yz reply; SMTP tells no time
      fail: { category: 'rejected', fault: 'account', retryable: false }, // a 5yz reply to the content
    },
  );

  describe(`smtp, ${way}`, () => {
    const isSecure = way !== 'in the clear';

    // Attack: read the code on the way, or log in as someone else.
    test(`the message comes over ${isSecure ? 'TLS' : 'the bare connection'}, after a login`, async () => {
      const smtp = await startServer(server);
      const transport = createTransport(smtp.port, client);
      try {
        assert.ok((await transport.send(message, { signal: signal() })).ok);
        const [received] = smtp.received;
        assert.equal(received?.secure, isSecure);
        assert.equal(received?.user, username);
        assert.deepEqual(received?.envelope, { from: 'codes@example.org', to: [message.to] });
      } finally {
        await transport.close?.();
        await smtp.close();
      }
    });

    test('a wrong password is unauthorized, and not a word of it is repeated', async () => {
      const smtp = await startServer(server);
      const transport = createTransport(smtp.port, { ...client, password: 'wrong-password' });
      try {
        const receipt = await transport.send(message, { signal: signal() });
        assert.ok(!receipt.ok && receipt.category === 'unauthorized' && !receipt.retryable);
        assert.doesNotMatch(receipt.detail, /wrong-password|codes/);
        assert.equal(smtp.received.length, 0);
      } finally {
        await transport.close?.();
        await smtp.close();
      }
    });
  });
}

// Attack: a server in the middle with a certificate of its own.
for (const way of ['STARTTLS', 'implicit TLS'] as const) {
  test(`over ${way} a server with a certificate that nobody vouches for gets neither password nor code`, async () => {
    const smtp = await startServer(ways[way]?.server ?? {});
    let logins = 0;
    smtp.server.onAuth = (_auth, _session, callback) => {
      logins += 1;
      callback(null, { user: username });
    };
    const transport = createTransport(smtp.port, { ...ways[way]?.client, tls: undefined });
    try {
      const receipt = await transport.send(message, { signal: signal() });
      assert.ok(!receipt.ok && receipt.category === 'unavailable', JSON.stringify(receipt));
      assert.equal(logins, 0);
      assert.equal(smtp.received.length, 0);
    } finally {
      await transport.close?.();
      await smtp.close();
    }
  });
}

// Attack: smuggle a header into the mail.
test('the mail has exactly these headers, and both parts', async () => {
  const smtp = await startServer(ways['STARTTLS']?.server ?? {});
  const transport = createTransport(smtp.port, ways['STARTTLS']?.client ?? {});
  try {
    await transport.send(message, { signal: signal() });
    const headers = smtp.received[0]?.mail.headers ?? [];
    const values = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
    assert.deepEqual(headers.map(({ key }) => key).sort(), mailHeaders);
    assert.equal(values['auto-submitted'], 'auto-generated');
    assert.equal(values['x-entity-ref-id'], message.id);
    assert.equal(values['to'], message.to);
    assert.equal(values['from'], 'Example <codes@example.org>');
    assert.match(values['content-type'] ?? '', /^multipart\/alternative/);
    assert.match(smtp.received[0]?.mail.text ?? '', /482931/);
    assert.match(smtp.received[0]?.mail.html ?? '', /<b>482931<\/b>/);
  } finally {
    await transport.close?.();
    await smtp.close();
  }
});

test('connections are kept for the next message, and there are never more than allowed', async () => {
  const smtp = await startServer(ways['in the clear']?.server ?? {});
  let opened = 0;
  smtp.server.server.on('connection', () => {
    opened += 1;
  });
  const transport = createTransport(smtp.port, { maxConnections: 2 });
  try {
    const all = Array.from({ length: 12 }, () => transport.send(message, { signal: signal() }));
    assert.ok((await Promise.all(all)).every(({ ok }) => ok));
    assert.equal(smtp.received.length, 12);
    assert.ok(opened <= 2, String(opened));
  } finally {
    await transport.close?.();
    await smtp.close();
  }
});

// Attack: cut connections, to have codes sent twice.
test('a message is sent once over whatever connections break, and a kept one that broke costs nothing', async () => {
  const smtp = await startServer(ways['in the clear']?.server ?? {});
  const transport = createTransport(smtp.port, { maxConnections: 1 });
  let contents = 0;
  const receive = smtp.server.onData.bind(smtp.server);
  smtp.server.onData = (stream, session, callback) => {
    contents += 1;
    return receive(stream, session, callback);
  };
  try {
    assert.ok((await transport.send(message, { signal: signal() })).ok);
    // The server drops the kept connection in answer to the next message.
    const takeSender = smtp.server.onMailFrom.bind(smtp.server);
    smtp.server.onMailFrom = () => {
      smtp.server.onMailFrom = takeSender;
      for (const socket of smtp.connections) socket.resetAndDestroy();
    };
    assert.ok((await transport.send(message, { signal: signal() })).ok);
    assert.equal(contents, 2);
    await smtp.behave('reset');
    const receipt = await transport.send(message, { signal: signal() });
    assert.ok(!receipt.ok && receipt.category === 'unknown', JSON.stringify(receipt));
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(smtp.received.length, 2);
    assert.equal(contents, 3);
  } finally {
    await transport.close?.();
    await smtp.close();
  }
});

test('a host is a name or an address, and has no port', async () => {
  const from = 'codes@example.org';
  for (const host of [
    'localhost',
    'mail.example.com.',
    '192.0.2.1',
    '::1',
    '2001:db8::1',
    '::ffff:192.0.2.1',
  ])
    await createSmtpTransport({ host, from }).close?.();
  for (const host of [
    'mail.example.com:587',
    '192.0.2.1:25',
    '[::1]',
    'smtp://mail.example.com',
    'mail.example.com/',
  ])
    assert.throws(
      () => createSmtpTransport({ host, from }),
      /^RangeError: host must be .* without a port$/,
      host,
    );
});

test('wrong options are refused by name, without their value', () => {
  const good = { host: 'localhost', from: 'codes@example.org' };
  for (const [name, wrong] of Object.entries({
    host: 'bad host',
    port: 65_536,
    timeoutMs: 5,
    maxConnections: 0,
    secure: 'false',
    username: 'only',
    password: 'only',
    from: 'nobody',
  })) {
    const options = { ...good, [name]: wrong } as unknown as SmtpTransportOptions;
    assert.throws(
      () => createSmtpTransport(options),
      new RegExp(`^(Type|Range)Error: .*(${name}|password)`),
      name,
    );
  }
});
