import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOtp } from '../../src/index.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/transports/smtp.js';
import { resolvePort } from '../../src/transports/smtp-port.js';
import { createMessage } from '../helpers/messages.js';
import { jwtSecret, secretKey } from '../helpers/otp.js';
import { type ScriptedCommand, startScriptedSmtp } from '../helpers/scripted-smtp.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { until } from '../helpers/until.js';

const message = createMessage({ to: 'alice@example.com' });
const signal = () => new AbortController().signal;

async function withServer(
  answer: (command: ScriptedCommand) => string | null | undefined,
  run: (kit: {
    smtp: Awaited<ReturnType<typeof startScriptedSmtp>>;
    transport: ReturnType<typeof createSmtpTransport>;
  }) => Promise<void>,
  options: Partial<SmtpTransportOptions> = {},
): Promise<void> {
  const smtp = await startScriptedSmtp(answer);
  const transport = createSmtpTransport({
    host: '127.0.0.1',
    port: smtp.port,
    from: 'Example <codes@mail.example.org>',
    timeoutMs: 30_000,
    ...options,
  });
  try {
    await run({ smtp, transport });
  } finally {
    await transport.close?.();
    await smtp.close();
  }
}

describe('the greeting', () => {
  test('is the domain of the sender, unless a name is given', async () => {
    for (const [options, greeting] of [
      [{}, 'EHLO mail.example.org'],
      [{ name: 'otp.example.net' }, 'EHLO otp.example.net'],
      [{ name: '[192.0.2.1]' }, 'EHLO [192.0.2.1]'],
    ] as const) {
      await withServer(
        () => undefined,
        async ({ smtp, transport }) => {
          assert.ok((await transport.send(message, { signal: signal() })).ok);
          assert.equal(smtp.lines[0], greeting);
        },
        options,
      );
    }
  });

  // Attack: put another command into the greeting.
  test('is refused with anything that is not a name', () => {
    for (const name of ['', 'a b', 'a\r\nMAIL FROM:<x@y.example>', '-a', 'a_b', '[', 'a'.repeat(300)]) {
      assert.throws(
        () => createSmtpTransport({ host: 'localhost', from: 'codes@example.org', name }),
        /^RangeError: name must be/,
        name,
      );
    }
  });
});

describe('a connection that was kept and ends before the content', () => {
  const endings: Record<string, (command: ScriptedCommand) => string | null | undefined> = {
    '421 at MAIL FROM': ({ line }) => (line.startsWith('MAIL') ? '421 4.4.2 idle for too long' : undefined),
    '421 at RCPT TO': ({ line }) => (line.startsWith('RCPT') ? '421 4.3.0 restarting' : undefined),
    '421 at DATA': ({ line }) => (line === 'DATA' ? '421 restarting' : undefined),
    '451 4.4.2 at MAIL FROM': ({ line, socket }) => {
      if (!line.startsWith('MAIL')) return undefined;
      socket.end('451 4.4.2 Timeout - closing connection\r\n');
      return null;
    },
    '451 with a time limit in words': ({ line, socket }) => {
      if (!line.startsWith('MAIL')) return undefined;
      socket.end('451 4.7.0 Timeout waiting for client input\r\n');
      return null;
    },
    'a reset at MAIL FROM': ({ line, socket }) => {
      if (line.startsWith('MAIL')) socket.resetAndDestroy();
      return line.startsWith('MAIL') ? null : undefined;
    },
    'a close at RCPT TO': ({ line, socket }) => {
      if (line.startsWith('RCPT')) socket.end();
      return line.startsWith('RCPT') ? null : undefined;
    },
  };
  for (const [ending, answer] of Object.entries(endings)) {
    for (const maxConnections of [1, 5]) {
      test(`by ${ending} costs nothing: the message is sent on another of ${maxConnections}`, () =>
        withServer(
          (command) => (command.connection === 1 && command.taken > 0 ? answer(command) : undefined),
          async ({ smtp, transport }) => {
            for (const expected of [1, 2, 3]) {
              const receipt = await transport.send(message, { signal: signal() });
              assert.ok(receipt.ok, JSON.stringify(receipt));
              assert.equal(smtp.contents.length, expected);
            }
            assert.equal(smtp.connections(), 2);
          },
          { maxConnections },
        ));
    }
    test(`by ${ending} costs nothing when all that are kept end in this way`, () => {
      let isRestarted = false;
      return withServer(
        (command) =>
          isRestarted && command.taken > 0 && command.connection <= 4 ? answer(command) : undefined,
        async ({ smtp, transport }) => {
          const send = () => transport.send(message, { signal: signal() });
          await Promise.all([send(), send(), send(), send()]);
          isRestarted = true;
          const receipt = await send();
          assert.ok(receipt.ok, JSON.stringify(receipt));
          assert.equal(smtp.contents.length, 5);
        },
        { maxConnections: 4 },
      );
    });
    test(`by ${ending} on each connection is a refusal in the end`, () =>
      withServer(answer, async ({ smtp, transport }) => {
        const receipt = await transport.send(message, { signal: signal() });
        assert.ok(!receipt.ok && receipt.retryable, JSON.stringify(receipt));
        assert.notEqual(receipt.category, 'unknown');
        assert.equal(smtp.contents.length, 0);
        assert.ok(smtp.connections() < 10);
      }));
  }

  test('by 421 at RSET or between messages costs nothing', async () => {
    for (const ending of ['421 at RSET', 'a close', 'a reset', '421 unasked'] as const) {
      await withServer(
        ({ line, connection }) => {
          if (line.startsWith('RCPT') && connection === 1) return '550 5.1.1 no such user';
          return line === 'RSET' && ending === '421 at RSET' ? '421 restarting' : undefined;
        },
        async ({ smtp, transport }) => {
          assert.ok(!(await transport.send(message, { signal: signal() })).ok);
          for (const socket of smtp.sockets) {
            if (ending === 'a close') socket.end();
            if (ending === 'a reset') socket.resetAndDestroy();
            if (ending === '421 unasked') socket.end('421 4.4.2 idle\r\n');
          }
          const receipt = await transport.send(message, { signal: signal() });
          // The server may have read the next command before it closed; what it says then is of that connection.
          assert.ok(receipt.ok, `${ending}: ${JSON.stringify(receipt)}`);
          assert.equal(smtp.contents.length, 1);
        },
      );
    }
  });

  // Attack: cut connections, to have codes sent twice.
  test('is not replaced once the content has begun, whatever the server says', async () => {
    for (const ending of ['421', '451 4.4.2 timeout', '432 4.3.2 concurrent connections limit', 'reset']) {
      let contents = 0;
      await withServer(
        ({ line, socket }) => {
          if (line !== 'CONTENT') return undefined;
          contents += 1;
          if (contents === 1) return undefined;
          if (ending !== 'reset') return ending;
          socket.resetAndDestroy();
          return null;
        },
        async ({ transport }) => {
          assert.ok((await transport.send(message, { signal: signal() })).ok);
          const receipt = await transport.send(message, { signal: signal() });
          assert.ok(!receipt.ok, ending);
          assert.equal(contents, 2, ending);
        },
      );
    }
  });
});

describe('a server that limits connections', () => {
  test('gets no more than it takes, and no message is lost', async () => {
    for (const reply of [
      '421 4.7.0 too many connections',
      '421 try later',
      '432 4.3.2 Concurrent connections limit exceeded',
      '554 5.7.1 Too many concurrent SMTP sessions',
      'reset',
    ]) {
      for (const limit of [1, 3]) {
        await withServer(
          ({ line, open, socket }) => {
            if (line !== 'CONNECT' || open <= limit) return undefined;
            if (reply === 'reset') socket.resetAndDestroy();
            else socket.end(`${reply}\r\n`);
            return null;
          },
          async ({ smtp, transport }) => {
            const all = Array.from({ length: 40 }, () => transport.send(message, { signal: signal() }));
            for (const receipt of await Promise.all(all)) assert.ok(receipt.ok, JSON.stringify(receipt));
            assert.equal(smtp.contents.length, 40);
            assert.ok(smtp.connections() < 25, String(smtp.connections()));
          },
        );
      }
    }
  });

  test('may say so at any moment before the message', async () => {
    for (const [stage, reply] of [
      ['EHLO', '421 4.7.0 try again later'],
      ['AUTH', '421 4.7.0 Too many concurrent connections'],
      ['AUTH', '454 4.7.0 Too many concurrent sessions for this user'],
      ['MAIL', '451 4.7.1 Maximum number of connections reached'],
    ] as const) {
      await withServer(
        ({ line, open, socket }) => {
          if (line.startsWith(stage) && open > 1) {
            socket.end(`${reply}\r\n`);
            return null;
          }
          if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH PLAIN';
          return line.startsWith('AUTH') ? '235 accepted' : undefined;
        },
        async ({ smtp, transport }) => {
          const all = Array.from({ length: 10 }, () => transport.send(message, { signal: signal() }));
          for (const receipt of await Promise.all(all))
            assert.ok(receipt.ok, `${stage}: ${JSON.stringify(receipt)}`);
          assert.equal(smtp.contents.length, 10);
        },
        { username: 'codes', password: 'password' },
      );
    }
  });

  test('leaves time for the next transport of the route', async () => {
    const smtp = await startScriptedSmtp(({ line }) =>
      line === 'CONNECT' ? '421 4.3.2 try later' : undefined,
    );
    const sent: string[] = [];
    const otp = createOtp({
      secretKey,
      jwtSecret,
      transports: [
        createSmtpTransport({ host: '127.0.0.1', port: smtp.port, from: 'codes@example.org' }),
        {
          name: 'other',
          channels: ['email'],
          async send({ to }) {
            sent.push(to);
            return { ok: true };
          },
        },
      ],
      deliveryTimeoutMs: 10_000,
    });
    try {
      assert.equal((await otp.request('alice@example.com')).status, 'sent');
      assert.deepEqual(sent, ['alice@example.com']);
    } finally {
      await otp.close();
      await smtp.close();
    }
  });

  test('is asked again when others hold its connections, until one is free', async () => {
    let refused = 0;
    await withServer(
      ({ line, socket }) => {
        if (line !== 'CONNECT' || refused >= 3) return undefined;
        refused += 1;
        socket.end('421 4.7.0 too many connections\r\n');
        return null;
      },
      async ({ smtp, transport }) => {
        const all = [1, 2].map(() => transport.send(message, { signal: signal() }));
        for (const receipt of await Promise.all(all)) assert.ok(receipt.ok, JSON.stringify(receipt));
        assert.equal(smtp.contents.length, 2);
      },
      { maxConnections: 1 },
    );
  });

  test('and never has a free one is a definite refusal before the time of the message is up', () =>
    withServer(
      ({ line }) => (line === 'CONNECT' ? '421 4.7.0 too many connections' : undefined),
      async ({ transport }) => {
        const receipt = await transport.send(message, { signal: signal(), leftMs: 1000 });
        assert.ok(!receipt.ok && receipt.retryable, JSON.stringify(receipt));
        assert.ok(!['timeout', 'unknown'].includes(receipt.category), receipt.category);
      },
    ));

  test('has every message of a burst through the service in the background', async () => {
    const smtp = await startSmtpServer({ maxClients: 1 });
    const otp = createOtp({
      secretKey,
      jwtSecret,
      transports: [
        createSmtpTransport({
          host: '127.0.0.1',
          port: smtp.port,
          from: 'codes@example.org',
          timeoutMs: 60_000,
        }),
      ],
      deliveryTimeoutMs: 60_000,
      deliveryMode: 'background',
    });
    try {
      for (let index = 0; index < 30; index += 1) {
        assert.equal((await otp.request(`person${index}@example.com`)).status, 'sent');
      }
      await until('all messages', () => smtp.received.length === 30);
      assert.equal(new Set(smtp.recipients).size, 30);
    } finally {
      await otp.close();
      await smtp.close();
    }
  });

  // Attack: have the server of one recipient hang up, so that everyone else waits for one connection.
  test('is not what 421 at RCPT TO means: other messages keep their connections', () => {
    let most = 0;
    return withServer(
      ({ line, open }) => {
        most = Math.max(most, open);
        return line.includes('mallory') ? '421 4.4.1 their server hung up' : undefined;
      },
      async ({ transport }) => {
        const bad = createMessage({ to: 'mallory@evil.example' });
        for (let index = 0; index < 5; index += 1) {
          assert.ok(!(await transport.send(bad, { signal: signal() })).ok);
        }
        most = 0;
        const all = Array.from({ length: 20 }, () => transport.send(message, { signal: signal() }));
        assert.ok((await Promise.all(all)).every(({ ok }) => ok));
        assert.ok(most > 1, String(most));
      },
    );
  });
});

describe('port and TLS', () => {
  const create = (options: Partial<SmtpTransportOptions>) =>
    createSmtpTransport({ host: 'localhost', from: 'codes@example.org', ...options });

  test('that contradict each other are refused by name', () => {
    assert.throws(
      () => create({ port: 465, secure: false }),
      /^RangeError: secure must not be false with port 465/,
    );
    for (const port of [25, 587]) {
      assert.throws(
        () => create({ port, secure: true }),
        /^RangeError: secure must not be true with port \d+/,
      );
    }
  });

  test('are those that servers speak when one of them is left out', () => {
    for (const [port, isSecure] of [
      [25, false],
      [465, true],
      [587, false],
      [2465, true],
      [2525, false],
      [2587, false],
    ] as const) {
      assert.deepEqual(resolvePort(port, undefined), { port, secure: isSecure });
    }
    assert.deepEqual(resolvePort(undefined, undefined), { port: 587, secure: false });
    assert.deepEqual(resolvePort(undefined, true), { port: 465, secure: true });
    assert.deepEqual(resolvePort(undefined, false), { port: 587, secure: false });
  });

  test('go together otherwise', () => {
    for (const options of [
      { port: 465 },
      { port: 465, secure: true },
      { secure: true },
      { secure: false },
      { port: 587, secure: false },
      { port: 2465, secure: true },
      { port: 2465, secure: false },
      { port: 2525 },
    ]) {
      create(options);
    }
  });
});
