import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import type { SMTPServerOptions } from 'smtp-server';
import { createOtp } from '../../src/index.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/transports/smtp.js';
import { createCertificate } from '../helpers/certificate.js';
import { createManualClock } from '../helpers/clock.js';
import { createMessage } from '../helpers/messages.js';
import { jwtSecret, secretKey } from '../helpers/otp.js';
import { startScriptedSmtp } from '../helpers/scripted-smtp.js';
import { startSmtpServer } from '../helpers/smtp.js';
import { startTokenEndpoint } from '../helpers/token-endpoint.js';
import { until } from '../helpers/until.js';

const username = 'codes@example.org';
const client = { clientId: 'client-of-ours', clientSecret: 'S3cret-of-client' };
const message = createMessage({ to: 'alice@example.com' });
const signal = () => new AbortController().signal;

/** A real server that takes XOAUTH2 only, and the tokens that `isValid` says. */
async function withServers(
  run: (kit: {
    endpoint: Awaited<ReturnType<typeof startTokenEndpoint>>;
    smtp: Awaited<ReturnType<typeof startSmtpServer>>;
    logins: string[];
    clock: ReturnType<typeof createManualClock>;
    transport: ReturnType<typeof createSmtpTransport>;
    accept(isValid: (token: string) => boolean): void;
  }) => Promise<void>,
  { server = {}, ...options }: Partial<SmtpTransportOptions> & { server?: SMTPServerOptions } = {},
): Promise<void> {
  const endpoint = await startTokenEndpoint();
  const clock = createManualClock();
  const logins: string[] = [];
  let isValid = (_token: string) => true;
  const smtp = await startSmtpServer({
    authOptional: false,
    allowInsecureAuth: true,
    authMethods: ['XOAUTH2'],
    closeTimeout: 200,
    ...server,
    onAuth(auth, _session, callback) {
      logins.push(`${auth.method} ${auth.username} ${auth.accessToken}`);
      if (auth.username === username && isValid(auth.accessToken ?? ''))
        return callback(null, { user: username });
      callback(null, { data: { status: '401', schemes: 'bearer', scope: 'prose' } });
    },
  });
  const transport = createSmtpTransport({
    host: '127.0.0.1',
    port: smtp.port,
    from: username,
    username,
    oauth: { ...client, tokenUrl: endpoint.url, scope: 'mail.send' },
    timeoutMs: 30_000,
    clock,
    ...options,
  });
  try {
    await run({
      endpoint,
      smtp,
      logins,
      clock,
      transport,
      accept: (next) => {
        isValid = next;
      },
    });
  } finally {
    await transport.close?.();
    await smtp.close();
    await endpoint.close();
  }
}

const certificate = createCertificate('mail.example.org');

describe('a login by OAuth 2.0', () => {
  test('sends a message with a token instead of a password', () =>
    withServers(async ({ smtp, logins, transport }) => {
      const receipt = await transport.send(message, { signal: signal() });
      assert.ok(receipt.ok, JSON.stringify(receipt));
      assert.deepEqual(logins, [`XOAUTH2 ${username} access-1`]);
      assert.equal(smtp.received[0]?.user, username);
    }));

  for (const [way, options] of Object.entries({
    STARTTLS: { server: { ...certificate, disabledCommands: [] }, tls: { ca: certificate.cert } },
    'implicit TLS': {
      server: { ...certificate, secure: true, disabledCommands: [] },
      secure: true,
      tls: { ca: certificate.cert },
    },
  })) {
    test(`works over ${way}`, () =>
      withServers(async ({ smtp, transport }) => {
        assert.ok((await transport.send(message, { signal: signal() })).ok);
        assert.equal(smtp.received[0]?.secure, true);
      }, options));
  }

  test('takes XOAUTH2 also where a password could be used', () =>
    withServers(
      async ({ logins, transport }) => {
        assert.ok((await transport.send(message, { signal: signal() })).ok);
        assert.deepEqual(logins, [`XOAUTH2 ${username} access-1`]);
      },
      { server: { authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'] } },
    ));

  test('fetches one token for 100 messages that wait, and one more when it has expired under load', () =>
    withServers(async ({ endpoint, smtp, clock, transport }) => {
      const sendAll = async () => {
        const all = Array.from({ length: 100 }, () => transport.send(message, { signal: signal() }));
        for (const receipt of await Promise.all(all)) assert.ok(receipt.ok, JSON.stringify(receipt));
      };
      await sendAll();
      assert.equal(endpoint.requests(), 1);
      clock.advance(3_600_000);
      // Each connection logs in again.
      for (const { _socket: socket } of smtp.server.connections as Set<{ _socket: { destroy(): void } }>) {
        socket.destroy();
      }
      await until('the end of all connections', () => smtp.server.connections.size === 0);
      await sendAll();
      assert.equal(endpoint.requests(), 2);
      assert.equal(smtp.received.length, 200);
    }));

  test('replaces a token that was revoked, once for all who used it', () =>
    withServers(async ({ endpoint, smtp, logins, transport, accept }) => {
      accept((token) => token !== 'access-1');
      const all = Array.from({ length: 20 }, () => transport.send(message, { signal: signal() }));
      for (const receipt of await Promise.all(all)) assert.ok(receipt.ok, JSON.stringify(receipt));
      assert.equal(endpoint.requests(), 2);
      assert.equal(smtp.received.length, 20);
      assert.ok(logins.filter((login) => login.endsWith('access-1')).length <= 5);
    }));

  test('that is refused again is the fault of the account, after one more token', () =>
    withServers(async ({ endpoint, smtp, logins, transport, accept }) => {
      accept(() => false);
      const receipt = await transport.send(message, { signal: signal() });
      assert.ok(!receipt.ok && receipt.category === 'unauthorized' && !receipt.retryable);
      assert.deepEqual(
        logins.map((login) => login.split(' ')[2]),
        ['access-1', 'access-2'],
      );
      assert.equal(endpoint.requests(), 2);
      assert.equal(smtp.received.length, 0);
      accept(() => true);
      assert.ok((await transport.send(message, { signal: signal() })).ok);
    }));

  // Servers refuse at once, with a challenge first, or hang up.
  for (const way of ['535 at once', '334 first', 'a close', '535 and a close'] as const) {
    test(`replaces a token that is refused by ${way}`, async () => {
      const endpoint = await startTokenEndpoint();
      let isChallenged = false;
      const smtp = await startScriptedSmtp(({ line, socket }) => {
        if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH LOGIN XOAUTH2';
        if (line === '' && isChallenged) return '535 5.7.8 prose';
        const [, encoded = ''] = /^AUTH XOAUTH2 (.*)/.exec(line) ?? [];
        if (encoded === '') return undefined;
        const login = Buffer.from(encoded, 'base64').toString();
        if (login === `user=${username}\x01auth=Bearer access-2\x01\x01`) return '235 2.7.0 accepted';
        if (way === '334 first') {
          isChallenged = true;
          return '334 eyJzdGF0dXMiOiI0MDEifQ==';
        }
        if (way === 'a close') socket.end();
        if (way === '535 and a close') socket.end('535 5.7.3 Authentication unsuccessful\r\n');
        return way === '535 at once' ? '535 5.7.3 Authentication unsuccessful' : null;
      });
      const transport = createSmtpTransport({
        host: '127.0.0.1',
        port: smtp.port,
        from: username,
        username,
        oauth: { ...client, tokenUrl: endpoint.url },
        timeoutMs: 30_000,
      });
      try {
        const receipt = await transport.send(message, { signal: signal() });
        // A close says nothing of the token.
        assert.equal(receipt.ok, way !== 'a close', JSON.stringify(receipt));
        if (!receipt.ok) assert.equal(receipt.retryable, true);
        assert.equal(smtp.contents.length, receipt.ok ? 1 : 0);
      } finally {
        await transport.close?.();
        await smtp.close();
        await endpoint.close();
      }
    });
  }

  test('keeps a token that is refused for now', async () => {
    const endpoint = await startTokenEndpoint();
    const smtp = await startScriptedSmtp(({ line }) => {
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH XOAUTH2';
      return line.startsWith('AUTH') ? '454 4.7.0 Temporary authentication failure' : undefined;
    });
    const transport = createSmtpTransport({
      host: '127.0.0.1',
      port: smtp.port,
      from: username,
      username,
      oauth: { ...client, tokenUrl: endpoint.url },
    });
    try {
      for (let index = 0; index < 3; index += 1) {
        const receipt = await transport.send(message, { signal: signal() });
        assert.ok(!receipt.ok && receipt.retryable, JSON.stringify(receipt));
      }
      assert.equal(endpoint.requests(), 1);
    } finally {
      await transport.close?.();
      await smtp.close();
      await endpoint.close();
    }
  });

  test('waits for a slow endpoint no longer than the message has time, and holds nobody else up', () =>
    withServers(
      async ({ endpoint, smtp, transport }) => {
        assert.ok((await transport.send(message, { signal: signal() })).ok);
        endpoint.behave(() => 'silence');
        // The connection that is kept needs no token, so only the second message waits for one.
        const hold = smtp.server.onData.bind(smtp.server);
        const held: (() => void)[] = [];
        smtp.server.onData = (stream, session, callback) => {
          held.push(() => hold(stream, session, callback));
        };
        smtp.server.onAuth = (_auth, _session, callback) => callback(new Error('no'));
        const first = transport.send(message, { signal: signal() });
        await until('the content of the first', () => held.length === 1);
        for (const go of held.splice(0)) go();
        smtp.server.onData = hold;
        assert.ok((await first).ok);
        const controller = new AbortController();
        const late = transport.send(message, { signal: controller.signal });
        controller.abort();
        const receipt = await late;
        assert.ok(!receipt.ok && receipt.category === 'timeout');
        assert.ok((await transport.send(message, { signal: signal() })).ok);
      },
      { maxConnections: 1 },
    ));

  test('ends with a definite refusal when the endpoint never answers, and recovers with it', () =>
    withServers(
      async ({ endpoint, smtp, transport }) => {
        endpoint.behave(() => 'silence');
        const all = Array.from({ length: 10 }, () => transport.send(message, { signal: signal() }));
        for (const receipt of await Promise.all(all)) {
          assert.ok(
            !receipt.ok && receipt.category === 'unavailable' && receipt.retryable,
            JSON.stringify(receipt),
          );
          assert.equal(receipt.detail, 'OAuth token: no answer in time');
        }
        endpoint.behave();
        assert.ok((await transport.send(message, { signal: signal() })).ok);
        assert.equal(smtp.received.length, 1);
      },
      { timeoutMs: 2500, clock: Date.now },
    ));

  test('without a token sends nothing, and says what the endpoint said', () =>
    withServers(async ({ endpoint, smtp, logins, transport }) => {
      endpoint.behave(() => ({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'prose S3cret' },
      }));
      const receipt = await transport.send(message, { signal: signal() });
      assert.deepEqual(receipt, {
        ok: false,
        category: 'unauthorized',
        retryable: false,
        detail: 'OAuth token: HTTP 400 invalid_grant',
        cause:
          'no token to log in to the mail server: the endpoint refuses: check the SMTP_OAUTH_* settings (oauth) (HTTP 400 invalid_grant)',
      });
      assert.deepEqual([logins, smtp.received], [[], []]);
    }));

  // Attack: read tokens and secrets in what is logged, or in what callers are answered.
  test('puts neither secret nor token into a receipt or on standard output', () =>
    withServers(async ({ endpoint, transport, accept }) => {
      const written: string[] = [];
      const streams = [process.stdout, process.stderr] as const;
      const originals = streams.map((stream) => stream.write.bind(stream));
      streams.forEach((stream, index) => {
        stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
          written.push(String(chunk));
          return originals[index]?.(chunk, ...rest) ?? true;
        }) as typeof stream.write;
      });
      const receipts = [];
      try {
        receipts.push(await transport.send(message, { signal: signal() }));
        accept(() => false);
        for (const answer of [
          () => endpoint.issue(),
          () => ({ status: 401, body: { error: 'invalid_client', error_description: 'S3cret-of-client' } }),
          () => 'reset' as const,
        ]) {
          endpoint.behave(answer);
          receipts.push(await transport.send(message, { signal: signal() }));
        }
      } finally {
        streams.forEach((stream, index) => {
          stream.write = originals[index] as typeof stream.write;
        });
      }
      assert.doesNotMatch(
        JSON.stringify(receipts) + written.join(''),
        /S3cret|access-\d|Bearer|YXV0aD1CZWFyZXI/,
      );
    }));
});

// Attack: read credentials in the log of the service, or in what it answers.
test('the service logs why there is no token, without credentials or the words of the endpoint', () =>
  withServers(async ({ endpoint, transport, accept }) => {
    const logged: unknown[] = [];
    const log = (...entry: unknown[]) => void logged.push(entry);
    const otp = createOtp({
      secretKey,
      jwtSecret,
      transports: [transport],
      logger: { info: log, warn: log, error: log },
    });
    const answers: unknown[] = [];
    try {
      accept(() => false);
      answers.push(await otp.request('alice@example.com'));
      endpoint.behave(() => ({
        status: 400,
        body: { error: 'invalid_grant', error_description: 'prose S3cret-of-client access-1' },
      }));
      answers.push(await otp.request('bob@example.net'));
      endpoint.behave(() => ({ status: 500, body: '<html>prose S3cret-of-client</html>' }));
      answers.push(await otp.request('carol@example.org'));
    } finally {
      await otp.close();
    }
    const text = JSON.stringify([logged, answers]);
    assert.match(text, /OAuth token: HTTP 400 invalid_grant/);
    assert.match(text, /OAuth token: HTTP 500/);
    assert.doesNotMatch(text, /S3cret|access-\d|client-of-ours|prose|Bearer|alice@|bob@|carol@/);
  }));

describe('a token is sent over TLS only', () => {
  const [address] = Object.values(networkInterfaces())
    .flat()
    .filter((entry) => entry?.family === 'IPv4' && !entry.internal)
    .map((entry) => entry?.address);

  // Attack: hide the offer of TLS, and read the token.
  test('to any machine but this one', async (context) => {
    if (address === undefined) return context.diagnostic('this machine has only a loopback address');
    const endpoint = await startTokenEndpoint();
    const smtp = await startScriptedSmtp(
      ({ line }) => (line.startsWith('EHLO') ? '250-test\r\n250 AUTH XOAUTH2' : undefined),
      '0.0.0.0',
    );
    const transport = createSmtpTransport({
      host: address,
      port: smtp.port,
      from: username,
      username,
      oauth: { ...client, tokenUrl: endpoint.url },
      timeoutMs: 1000,
    });
    try {
      const receipt = await transport.send(message, { signal: signal() });
      assert.ok(!receipt.ok, 'it was sent');
      assert.deepEqual(
        smtp.lines.filter((line) => /^(AUTH|MAIL)/.test(line)),
        [],
      );
      assert.equal(endpoint.requests(), 0);
    } finally {
      await transport.close?.();
      await smtp.close();
      await endpoint.close();
    }
  });
});

test('a login with half of what it needs, or with two ways at once, is refused by name', () => {
  const good = { host: 'localhost', from: username };
  const oauth = { ...client, tokenUrl: 'https://login.example.com/token' };
  for (const [options, name] of [
    [{ oauth }, 'username'],
    [{ oauth, username, password: 'S3cret' }, 'password'],
    [{ oauth: { ...oauth, clientSecret: undefined }, username }, 'oauth.clientSecret'],
    [{ oauth: { ...oauth, tokenUrl: 'http://login.example.com' }, username }, 'oauth.tokenUrl'],
  ] as const) {
    assert.throws(
      () => createSmtpTransport({ ...good, ...(options as object) }),
      (error: Error) => error.message.startsWith(`${name} must`) && !/S3cret/.test(error.message),
      name,
    );
  }
});
