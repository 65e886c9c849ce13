import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { markAsTest } from '../../src/cli/send-test.js';
import { createRenderer } from '../../src/messages/render.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { noEnvFile, patientDelivery, runCli } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';

const folder = mkdtempSync(join(tmpdir(), 'send-test-'));
after(() => rmSync(folder, { recursive: true }));

const sendTest = (args: string[], env: Record<string, string> = {}) =>
  runCli(['send-test', ...args, ...noEnvFile], env);
const smtpAt = (port: number) => ({
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(port),
  SMTP_FROM: 'codes@example.org',
  ...patientDelivery,
});
const webhookAt = (url: string) => ({
  DELIVERY_BACKEND: 'webhook',
  WEBHOOK_URL: url,
  WEBHOOK_SECRET: Buffer.alloc(32, 7).toString('base64'),
  WEBHOOK_ALLOW_INSECURE_HTTP: 'true',
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  ...patientDelivery,
});
const claimsDelivery = /deliver|arrived(?!:)|\bsent\b/i;

test('a mail tells by its subject and in both of its parts that it is a test, and holds a made-up code', async () => {
  const server = await startSmtpServer();
  const arrival = server.next();
  const { code, stdout } = await sendTest([' Alice@Example.com'], {
    ...smtpAt(server.port),
    BRAND_NAME: 'Acme',
  });
  assert.equal(code, 0, stdout);
  const { envelope, mail } = await arrival;
  assert.deepEqual(envelope.to, ['alice@example.com']);
  assert.match(mail.subject ?? '', /^\[Test\] .*Acme/);
  for (const part of [mail.text, mail.html]) assert.match(part ?? '', /This is a test[\s\S]*000000/);
  assert.match(
    stdout,
    /^to alice@example\.com by email, with the sample code 000000\nsmtp: sending …\nsmtp: accepted, as <.*>, after \d+ ms\n/,
  );
});

test('what was only accepted is never said to have arrived', async () => {
  const server = await startSmtpServer();
  const { stdout } = await sendTest(['alice@example.com'], smtpAt(server.port));
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /^Accepted, which does not mean that it arrived:/);
  assert.doesNotMatch(stdout.replace(/does not mean that it arrived/, ''), claimsDelivery);
});

test('the next backend of the route is tried as for a code, and each answer is shown', async () => {
  const server = await startSmtpServer({
    onMailFrom: (_address, _session, callback) =>
      callback(Object.assign(new Error('no'), { responseCode: 550 })),
  });
  const stub = await startHttpStub({ status: 204 });
  const { code, stdout } = await sendTest(['alice@example.com'], {
    ...smtpAt(server.port),
    ...webhookAt(stub.url),
    DELIVERY_ROUTES: 'email=smtp,webhook',
  });
  assert.equal(code, 0, stdout);
  assert.match(
    stdout,
    /smtp: sending …\nsmtp: the server refuses the sender: check SMTP_FROM .*550.*\nwebhook: sending …\nwebhook: accepted/,
  );
  const posted = JSON.parse(stub.received[0]?.body ?? '{}');
  assert.match(posted.subject, /^\[Test\] /);
});

test('when nobody accepts it, the exit code is that of a failure and the answer says why', async () => {
  const server = await startSmtpServer({ onAuth: (_auth, _session, callback) => callback(new Error('no')) });
  const login = { SMTP_USERNAME: 'codes', SMTP_PASSWORD: 'a-wrong-password' };
  const { code, stdout } = await sendTest(['alice@example.com'], { ...smtpAt(server.port), ...login });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /smtp: the server refuses the login: check SMTP_USERNAME and SMTP_PASSWORD.*\nNobody accepted the message\.\n$/,
  );
  assert.ok(!stdout.includes('a-wrong-password'));
});

test('when the outcome is unknown, it is not called a refusal', async () => {
  const stub = await startHttpStub({ status: 502 });
  const { code, stdout } = await sendTest(['+4915112345678'], webhookAt(stub.url));
  assert.equal(code, 1);
  assert.match(stdout, /The message may have been accepted: webhook: HTTP 502\.\n$/);
});

describe('a phone number gets it', () => {
  test('by SMS unless another channel is named', async () => {
    const stub = await startHttpStub({ status: 204 });
    assert.equal((await sendTest(['+49 151 12345678'], webhookAt(stub.url))).code, 0);
    const { code, stdout } = await sendTest(['+4915112345678', '--channel', 'whatsapp'], webhookAt(stub.url));
    assert.equal(code, 0);
    assert.match(stdout, /WhatsApp shows an approved template/);
    const posted = stub.received.map(({ body }) => JSON.parse(body));
    assert.deepEqual(
      posted.map(({ channel, identity }) => [channel, identity]),
      [
        ['sms', '+4915112345678'],
        ['whatsapp', '+4915112345678'],
      ],
    );
    assert.match(posted[0].text, /^TEST, this code opens nothing\.\n/);
  });

  test('with the line for browsers still the last', () => {
    const content = createRenderer({ origin: 'https://example.com' })({
      channel: 'sms',
      code: '000000',
      expiresInSeconds: 300,
    });
    assert.match(markAsTest(content, 'sms').text, /\n@example\.com #000000$/);
  });
});

test('with console delivery it says that nothing was sent', async () => {
  const { code, stdout } = await sendTest(['alice@example.com']);
  assert.equal(code, 0);
  assert.match(stdout, /\nPrinted, and not sent: DELIVERY_BACKEND is console\.\n$/);
});

test('what no message can be sent to is one line and the exit code of wrong usage', async () => {
  const server = await startSmtpServer();
  for (const [args, reason] of [
    [[], /needs an ADDRESS/],
    [['alice'], /ADDRESS must be/],
    [['alice@example.com', 'bob@example.com'], /unknown command/],
    [['+4915112345678'], /no backend sends to this address/],
    [['alice@example.com', '--channel', 'sms'], /no backend sends to this address by sms; by email one does/],
  ] as [string[], RegExp][]) {
    const { code, stdout, stderr } = await sendTest(args, smtpAt(server.port));
    assert.equal(code, 2, stdout);
    assert.match(stderr, /^stateless-otp: .+\n$/);
    assert.match(stderr, reason);
  }
  assert.deepEqual(server.recipients, []);
});

test('a template that is wrong is a fault of the configuration', async () => {
  writeFileSync(join(folder, 'email.text.txt'), '{{cod}}\n');
  const { code, stderr } = await sendTest(['alice@example.com'], { OTP_TEMPLATES_DIR: folder });
  assert.equal(code, 2);
  assert.match(stderr, /email\.text\.txt:1/);
});

test('--help of a command says what it does and what its exit codes are', async () => {
  for (const [command, word] of [
    ['check', '--connect'],
    ['send-test', '--channel NAME'],
  ] as const) {
    const { code, stdout } = await runCli([command, '--help']);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: stateless-otp ${command} `));
    assert.ok(stdout.includes(word) && stdout.includes('Exit codes: 0'));
  }
});
