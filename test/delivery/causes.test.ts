import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { createBackend } from '../../src/cli/backends.js';
import { parseGiven } from '../../src/cli/config.js';
import { createRefusal } from '../../src/core/refusal.js';
import { createRouter } from '../../src/delivery/route.js';
import type { Transport } from '../../src/index.js';
import { processClock } from '../../src/monotonic-clock.js';
import { settingNames } from '../../src/options/settings.js';
import { createResendTransport } from '../../src/transports/resend.js';
import { createSmtpTransport, type SmtpTransportOptions } from '../../src/transports/smtp.js';
import { explainSmtp } from '../../src/transports/smtp-causes.js';
import type { SmtpError } from '../../src/transports/smtp-error.js';
import { createUnansweredLog } from '../../src/transports/smtp-unanswered.js';
import { createWebhookTransport } from '../../src/transports/webhook.js';
import { createCertificate } from '../helpers/certificate.js';
import { createManualMonotonicClock } from '../helpers/clock.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { createMessage } from '../helpers/messages.js';
import { noOutcomes } from '../helpers/outcomes.js';
import { startScriptedSmtp } from '../helpers/scripted-smtp.js';
import { startSmtpServer } from '../helpers/smtp.js';

/** The cause of a refused message, as the log will say it. */
async function findCause(transport: Transport): Promise<string> {
  const clock = createManualMonotonicClock();
  const router = createRouter({ transports: [transport], timeoutMs: 60_000, clock, outcomes: noOutcomes });
  try {
    const receipt = await router.send(createMessage());
    assert.ok(!receipt.ok);
    assert.doesNotMatch(receipt.cause ?? '', /\) ?\(/, 'two brackets in a row');
    return receipt.cause ?? '';
  } finally {
    await transport.close?.();
  }
}

const askSmtp = (options: Partial<SmtpTransportOptions>) =>
  findCause(
    createSmtpTransport({ host: '127.0.0.1', from: 'codes@example.org', timeoutMs: 30_000, ...options }),
  );

const local = () => createCertificate();
const elsewhere = () => createCertificate('mail.example.org', false);
const expired = () => createCertificate('localhost', true, true);

for (const secure of [false, true]) {
  const way = secure ? 'implicit TLS' : 'STARTTLS';
  const askTls = async (
    certificate: { key: string; cert: string },
    tls: SmtpTransportOptions['tls'] = {},
  ) => {
    const { port } = await startSmtpServer({ ...certificate, secure, disabledCommands: [] });
    return askSmtp({ port, secure, tls });
  };

  test(`what is wrong with the certificate of a mail server is said in words, over ${way}`, async () => {
    assert.match(await askTls(local()), /certificate is self-signed: .*NODE_EXTRA_CA_CERTS/);
    const [other, old] = [elsewhere(), expired()];
    assert.match(
      await askTls(other, { ca: other.cert }),
      /certificate is for another name: .*SMTP_TLS_SERVERNAME/,
    );
    assert.match(await askTls(old, { ca: old.cert }), /certificate has expired/);
  });
}

test('a mail server that does not speak TLS, or only TLS, is said to', async () => {
  const plain = await startSmtpServer();
  assert.match(await askSmtp({ port: plain.port, requireTls: true }), /does not offer it \(SMTP_REQUIRE_TLS/);
  assert.match(
    await askSmtp({ port: plain.port, secure: true }),
    /does not speak TLS at this port: .*SMTP_SECURE/,
  );
  const tls = await startSmtpServer({ ...local(), secure: true, disabledCommands: [] });
  const cause = await askSmtp({ port: tls.port, secure: false, timeoutMs: 3000 });
  assert.match(cause, /does not answer: .*SMTP_SECURE/);
});

/** What a server does that stalls, or closes the connection, at the first command that begins so. */
function stopAt(at: string, how: (socket: Socket) => void, extensions = ['8BITMIME']) {
  return startScriptedSmtp(({ line, socket }) => {
    if (line.startsWith(at)) {
      how(socket);
      return null;
    }
    if (line.startsWith('EHLO'))
      return ['250-test', ...extensions.map((name) => `250-${name}`), '250 OK'].join('\r\n');
    return line.startsWith('AUTH') ? '235 ok' : undefined;
  });
}
const login = { username: 'codes', password: 'secret' };
/** Long enough for what a busy machine answers. */
const stallMs = 3000;

// Reported as "the server did not take the connection", which had been taken: what stalls decides where to look.
test('what a mail server does not answer is said', async () => {
  const stops = [
    ['CONNECT', /took the connection but does not answer: if it never sends a greeting, check SMTP_PORT/],
    ['EHLO', /took the connection but does not answer EHLO in time/],
    ['AUTH', /took the connection but does not answer AUTH in time/],
    ['MAIL', /took the connection but does not answer MAIL FROM in time/],
    ['RCPT', /took the connection but does not answer RCPT TO in time/],
    ['DATA', /took the connection but does not answer DATA in time/],
    ['CONTENT', /did not answer after the message, which it may have taken/],
  ] as const;
  const asked = stops.map(async ([at, cause]) => {
    const { port } = await stopAt(at, () => {}, ['AUTH PLAIN']);
    assert.match(await askSmtp({ port, timeoutMs: stallMs, ...login }), cause, at);
  });
  await Promise.all(asked);
});

// nodemailer has two timers for the greeting; on a busy machine, that of the socket can fire first.
test('a greeting that never comes is said, whichever timer notices', () => {
  for (const timeoutType of ['GREETING_TIMEOUT', 'SOCKET_TIMEOUT']) {
    const log = createUnansweredLog();
    const err: SmtpError = { code: 'ETIMEDOUT', timeoutType, message: 'Timeout' };
    log.error({ sid: 'a', tnx: 'smtp', err });
    assert.match(
      explainSmtp(err, createRefusal('unavailable', ''), false),
      /if it never sends a greeting/,
      timeoutType,
    );
  }
});

test('a name or password that a mail server does not answer is not said', async () => {
  const asked = ['QVVUSA==', 'c2VjcmV0'].map(async (at) => {
    const { port } = await startScriptedSmtp(({ line }) => {
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH LOGIN';
      if (line === at) return null;
      return line === 'AUTH LOGIN' || line === 'QVVUSA==' ? '334 VXNlcm5hbWU6' : undefined;
    });
    const cause = await askSmtp({ port, timeoutMs: stallMs, username: 'AUTH', password: 'secret' });
    assert.equal(cause, 'the server took the connection but does not answer AUTH in time');
  });
  await Promise.all(asked);
});

test('TLS that a mail server does not complete is said, not that it cannot be reached', async () => {
  const goAhead = (socket: Socket) => void socket.write('220 go ahead\r\n');
  const asked = [false, true].map(async (requireTls) => {
    const silent = await stopAt('STARTTLS', goAhead, ['STARTTLS']);
    assert.match(
      await askSmtp({ port: silent.port, requireTls, timeoutMs: stallMs }),
      /accepted STARTTLS, but did not complete the TLS handshake in time/,
    );
    const closing = await stopAt('STARTTLS', (socket) => socket.end('220 go ahead\r\n'), ['STARTTLS']);
    assert.match(
      await askSmtp({ port: closing.port, requireTls }),
      /closed the connection during the TLS handshake: check SMTP_PORT and SMTP_SECURE/,
    );
  });
  await Promise.all(asked);
  const { port } = await stopAt('CONNECT', () => {});
  assert.match(
    await askSmtp({ port, secure: true, timeoutMs: stallMs }),
    /did not take the connection, or not complete a TLS handshake, in time: .*SMTP_SECURE/,
  );
});

test('a connection that a mail server closes instead of an answer is said', async () => {
  for (const [at, cause] of [
    ['EHLO', /closed the connection instead of answering EHLO/],
    ['AUTH', /closed the connection instead of answering AUTH/],
    ['MAIL', /closed the connection instead of answering MAIL FROM/],
    ['RCPT', /closed the connection instead of answering RCPT TO/],
    ['DATA', /closed the connection instead of answering DATA/],
    ['CONTENT', /closed the connection after the message, which it may have taken/],
  ] as const) {
    const { port } = await stopAt(at, (socket) => socket.end(), ['AUTH PLAIN']);
    assert.match(await askSmtp({ port, ...login }), cause, at);
  }
});

test('with the timeout of the service, the log says what was not answered, not only that time ran out', async () => {
  let isSilent = false;
  const { port } = await startScriptedSmtp(({ line }) => (isSilent && line === 'DATA' ? null : undefined));
  const { values } = parseGiven({
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_FROM: 'codes@example.org',
    DELIVERY_TIMEOUT_MS: '8000',
  });
  const send = async () => {
    const transport = createBackend('smtp', values);
    const [clock, timeoutMs] = [processClock, values.DELIVERY_TIMEOUT_MS];
    const router = createRouter({ transports: [transport], timeoutMs, clock, outcomes: noOutcomes });
    const receipt = await router.send(createMessage());
    await transport.close?.();
    return receipt;
  };
  // With the first message, nodemailer is loaded.
  assert.ok((await send()).ok);
  isSilent = true;
  const receipt = await send();
  assert.ok(!receipt.ok);
  assert.match(receipt.cause ?? '', /does not answer DATA in time/);
});

// Reported as "the session failed": the port was that of IMAP, POP or a web server.
test('a server that speaks something else is said to', async () => {
  for (const greeting of ['* OK IMAP4rev1 ready', '+OK POP3 ready', 'HTTP/1.1 400 Bad Request']) {
    const { port } = await startScriptedSmtp(({ line }) => (line === 'CONNECT' ? greeting : undefined));
    assert.match(await askSmtp({ port }), /does not speak SMTP: check SMTP_HOST and SMTP_PORT/);
  }
});

test('TLS that a server offers but cannot start is not said to be missing', async () => {
  const { port } = await startScriptedSmtp(({ line }) => {
    if (line.startsWith('EHLO')) return '250-test\r\n250 STARTTLS';
    return line === 'STARTTLS' ? '454 4.7.0 TLS not available due to local problem' : undefined;
  });
  assert.match(await askSmtp({ port }), /offers TLS, but cannot start it at the moment \(454 4\.7\.0\)/);
});

test('a mail server that cannot be reached is said to', async () => {
  const { port, close } = await startSmtpServer();
  await close();
  assert.match(
    await askSmtp({ port }),
    /refused the connection: check SMTP_HOST and SMTP_PORT \(ECONNREFUSED\)$/,
  );
  assert.match(
    await askSmtp({ host: 'no-such-host.invalid' }),
    /host name does not exist|name server did not answer/,
  );
});

test('a login that a mail server refuses is said to be', async () => {
  for (const [reply, cause] of [
    [
      '535 5.7.8 Username and Password not accepted',
      /refuses the login: check SMTP_USERNAME and SMTP_PASSWORD/,
    ],
    // Gmail, Microsoft 365, Exchange and Postfix: reported as "wrong password" where no password would have helped.
    [
      '534 5.7.9 Application-specific password required',
      /refuses the login: it takes an app password or OAuth/,
    ],
    [
      '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant',
      /the provider has switched off passwords: allow them there, or use OAuth \(SMTP_OAUTH_TOKEN_URL/,
    ],
    [
      '535 5.7.139 Authentication unsuccessful, basic authentication is disabled',
      /the provider has switched off passwords/,
    ],
    ['538 5.7.11 Encryption required', /over TLS only \(SMTP_REQUIRE_TLS/],
    ['504 5.7.4 Unrecognized authentication type', /knows no login with a password: check SMTP_PORT/],
    ['503 5.5.1 Error: authentication not enabled', /or leave out SMTP_USERNAME and SMTP_PASSWORD/],
    ['454 4.7.0 Temporary authentication failure', /cannot check the login at the moment/],
  ] as const) {
    const { port } = await startScriptedSmtp(({ line }) => {
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH PLAIN';
      return line.startsWith('AUTH') ? reply : undefined;
    });
    assert.match(await askSmtp({ port, username: 'codes', password: 'S3cret' }), cause);
  }
});

for (const [reply, cause] of [
  ['RCPT TO 451 4.7.1 Greylisted, come back in 5 minutes', /greylists/],
  ['RCPT TO 450 4.2.0 Greylisting in effect', /greylists/],
  ['RCPT TO 550 5.1.1 <alice@example.com> User unknown', /does not know the mailbox/],
  ['RCPT TO 552 5.2.2 mailbox full', /mailbox is full/],
  ['RCPT TO 550 5.7.1 Relaying denied', /does not relay/],
  ['MAIL FROM 550 5.7.1 Sender rejected', /refuses the sender: check SMTP_FROM/],
  ['MAIL FROM 530 5.7.0 Authentication required', /asks for a login: set SMTP_USERNAME/],
  ['CONTENT 554 5.7.1 Message blocked as spam', /source of spam/],
  ['CONNECT 554 5.3.2 No service here', /takes no mail at the moment/],
] as const) {
  test(`the reply of a mail server is said in words: ${reply}`, async () => {
    const [, command = '', said = ''] = /^(\D+) (.*)$/.exec(reply) ?? [];
    const { port } = await startScriptedSmtp(({ line }) => (line.startsWith(command) ? said : undefined));
    const found = await askSmtp({ port });
    assert.match(found, cause);
    assert.match(found, new RegExp(`\\(${said.slice(0, 9)}\\)$`));
    assert.doesNotMatch(found, /alice/);
  });
}

for (const [answer, cause] of [
  [{ status: 401 }, /refuses the credentials, or the account may not send \(HTTP 401\)/],
  [{ status: 403 }, /refuses the credentials, or the account may not send \(HTTP 403\)/],
  [
    { status: 422, body: { name: 'invalid_from_address' } },
    /refuses the message: .*\(HTTP 422 invalid_from_address\)/,
  ],
  [{ status: 429 }, /limit of the account at the provider is reached \(HTTP 429\)/],
  [{ status: 500 }, /provider failed: the message may have been sent \(HTTP 500\)/],
  [{ status: 503, headers: { 'retry-after': '5' } }, /takes no messages at the moment \(HTTP 503\)/],
  ['reset', /closed the connection \(.*\)/],
] as const) {
  test(`the answer of a provider over HTTP is said in words: ${JSON.stringify(answer)}`, async () => {
    const stub = await startHttpStub(answer);
    const options = { apiKey: 're_123', from: 'codes@example.org', baseUrl: stub.url };
    assert.match(await findCause(createResendTransport(options)), cause);
  });
}

// From reports to other projects: the words led to the wrong setting.
test('a refusal of a mail server says what to look at', async () => {
  for (const [at, reply, cause] of [
    ['EHLO', '501 5.5.4 Invalid domain name', /refuses the greeting: check SMTP_NAME/],
    ['RCPT', '454 4.7.1 <alice@example.com>: Relay access denied', /does not relay: log in/],
    [
      'RCPT',
      '450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents',
      /too many messages/,
    ],
    [
      'RCPT',
      '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required',
      /no mail from this sender/,
    ],
    [
      'RCPT',
      '450 4.7.25 Client host rejected: cannot find your hostname',
      /check its reverse DNS and SMTP_NAME/,
    ],
    ['RCPT', '451 4.7.1 Greylisting in action, please come back later', /greylists/],
    ['RCPT', "452-4.2.2 The recipient's inbox is out of storage space", /mailbox is full/],
    ['CONTENT', '554 Message rejected: Email address is not verified.', /verify the sender at the provider/],
    [
      'CONTENT',
      '550 Domain sandbox1.example.org is not allowed to send: Free accounts are for tests',
      /verify the sender/,
    ],
    ['CONTENT', '552 5.3.4 Message size exceeds fixed limit', /refuses the message/],
    [
      'CONTENT',
      '554 5.2.252 SendAsDenied; not allowed to send as another',
      /refuses the sender: check SMTP_FROM/,
    ],
    ['AUTH', '451 Authentication failed: Maximum credits exceeded', /no login of this account at the moment/],
    [
      'AUTH',
      '525 5.7.1 Unauthorized IP address',
      /none from the address of this machine: allow it at the provider/,
    ],
    ['AUTH', '454 4.7.0 Temporary authentication failure', /cannot check the login at the moment/],
  ] as const) {
    const { port } = await startScriptedSmtp(({ line }) => {
      if (line.startsWith(at)) return reply.replace('-', ' ');
      if (line.startsWith('EHLO')) return '250-test\r\n250 AUTH PLAIN';
      if (line.startsWith('HELO')) return reply;
      return line.startsWith('AUTH') ? '235 ok' : undefined;
    });
    assert.match(await askSmtp({ port, ...login }), cause, reply);
  }
});

test('a URL that leads elsewhere is said to', async () => {
  for (const status of [301, 302, 307, 308]) {
    const { url } = await startHttpStub({ status, headers: { location: 'https://example.com/' } });
    const secret = Buffer.alloc(24).toString('base64');
    const cause = await findCause(
      createWebhookTransport({ url, secret, allowInsecureHttp: true, allowPrivateTargets: true }),
    );
    assert.match(cause, /URL leads elsewhere, which is not followed: .* \(HTTP 30\d\)/);
  }
});

test('a provider over HTTP that cannot be reached is said to be', async () => {
  const stub = await startHttpStub();
  await stub.close();
  const options = { apiKey: 're_123', from: 'codes@example.org' };
  assert.match(
    await findCause(createResendTransport({ ...options, baseUrl: stub.url })),
    /refused the connection: check the provider's URL \(ECONNREFUSED\)/,
  );
  const silent = await startHttpStub('silence');
  assert.match(
    await findCause(createResendTransport({ ...options, baseUrl: silent.url, timeoutMs: 2000 })),
    /did not answer in time: the message may have been sent/,
  );
  const url = 'https://receiver.example.com/';
  const lookup = ((_name: string, _options: unknown, callback: (...found: unknown[]) => void) =>
    callback(null, '127.0.0.1', 4)) as never;
  const webhook = createWebhookTransport({ url, secret: Buffer.alloc(32, 7).toString('base64'), lookup });
  assert.match(await findCause(webhook), /not public: see WEBHOOK_ALLOW_PRIVATE_TARGETS/);
});

test('every setting that a cause names is one', () => {
  for (const file of [
    'core/connection-causes',
    'delivery/cause',
    'delivery/route',
    'transports/smtp',
    'transports/smtp-causes',
  ]) {
    const source = readFileSync(new URL(`../../src/${file}.ts`, import.meta.url), 'utf8');
    for (const [name] of source.matchAll(/\b(?:SMTP|WEBHOOK|DELIVERY)_[A-Z_]+\b/g)) {
      assert.ok(
        settingNames.some((known) => known === name),
        `${file}: ${name}`,
      );
    }
  }
});
