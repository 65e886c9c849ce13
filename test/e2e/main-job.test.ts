import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { jwtVerify } from 'jose';
import { createNodeListener } from '../../src/adapters/node.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { noEnvFile, patientDelivery, postTo, type RunningProcess, startProcess } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';

const jwtSecret = 'end-to-end-Jwt-secret-0123456789-abcdef';
const otpSecret = 'ZW5kLXRvLWVuZC1vdHAtc2VjcmV0LTAxMjM0NTY3ODk=';

describe('the main job, on the service as the README starts it and a real SMTP server', () => {
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  let service: RunningProcess;
  let url: string;
  const secrets: string[] = [
    jwtSecret,
    otpSecret,
    'alice@example.com',
    'Alice@Example.com',
    'bob@example.com',
  ];

  before(async () => {
    smtp = await startSmtpServer();
    service = startProcess('npm', ['start', '--', ...noEnvFile], {
      PORT: '0',
      DELIVERY_BACKEND: 'smtp',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(smtp.port),
      SMTP_FROM: 'Example <codes@example.org>',
      ...patientDelivery,
      OTP_SECRET_KEY: otpSecret,
      JWT_SECRET: jwtSecret,
      LOG_LEVEL: 'debug',
    });
    url = (await service.waitFor(/API +(http:\S+)\n/))[1] ?? '';
  });
  after(async () => {
    await service.stop();
    await smtp.close();
  });

  /** Requests a code and reads it out of the message that arrives. */
  async function receiveCode(identity: string): Promise<{ code: string; ttlSeconds: number }> {
    const arriving = smtp.next();
    const { status, body } = await postTo(`${url}/otp/request`, { identity });
    assert.equal(status, 200);
    const received = await arriving;
    const code = /^(\d+)$/m.exec(received.mail.text ?? '')?.[1] ?? '';
    assert.match(code, /^\d{6}$/);
    secrets.push(code);
    return { code, ttlSeconds: body.ttl_seconds };
  }

  test('a code goes to the canonical address and becomes a token that a third party checks, once', async () => {
    const { code, ttlSeconds } = await receiveCode('Alice@Example.com');
    assert.equal(ttlSeconds, 300);
    assert.deepEqual(smtp.recipients.at(-1), 'alice@example.com');

    const verified = await postTo(`${url}/otp/verify`, { identity: 'alice@example.com', otp: code });
    assert.equal(verified.status, 200);
    secrets.push(verified.body.access_token);
    const { payload } = await jwtVerify(verified.body.access_token, Buffer.from(jwtSecret), {
      algorithms: ['HS256'],
      issuer: 'stateless-otp',
      audience: 'stateless-otp',
      typ: 'JWT',
    });
    assert.equal(payload.sub, smtp.recipients.at(-1));
    assert.equal(payload['purpose'], 'sign-in');
    assert.deepEqual(payload['amr'], ['otp']);

    const again = await postTo(`${url}/otp/verify`, { identity: 'alice@example.com', otp: code });
    assert.deepEqual([again.status, again.body.code], [410, 'expired_code']);

    const bearer = await fetch(`${url}/token/verify`, {
      headers: { Authorization: `Bearer ${verified.body.access_token}` },
    });
    assert.deepEqual([bearer.status, bearer.headers.get('remote-user')], [200, 'alice@example.com']);
  });

  test('a resend brings the same code with less time; five wrong codes, and the sixth answer is blocked', async () => {
    const first = await receiveCode('bob@example.com');
    const second = await receiveCode('bob@example.com');
    assert.equal(second.code, first.code);
    assert.ok(second.ttlSeconds < first.ttlSeconds);

    const wrong = makeWrong(first.code);
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      const { status, body } = await postTo(`${url}/otp/verify`, { identity: 'bob@example.com', otp: wrong });
      assert.deepEqual([status, body.code, body.attempts_left], [401, 'invalid_code', attemptsLeft]);
    }
    const blocked = await postTo(`${url}/otp/verify`, { identity: 'bob@example.com', otp: first.code });
    assert.deepEqual([blocked.status, blocked.body.code], [429, 'blocked']);
    assert.ok(Number(blocked.headers.get('retry-after')) > 0);
  });

  // Attack: read the log instead of the mail.
  test('no code, token, secret or identity is in what the service wrote', async () => {
    await service.stop();
    const { stdout, stderr } = service.output;
    assert.match(stderr, /"event":"code.verified"/);
    assert.ok(secrets.length >= 9);
    for (const secret of secrets) {
      assert.ok(!stdout.includes(secret) && !stderr.includes(secret), `the log holds ${secret}`);
    }
  });
});

test('over a socket too, a code lives exactly its window', async () => {
  const { otp, clock, inbox } = createTestOtp();
  const server = createServer(createNodeListener(otp.handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  const identity = 'alice@example.com';
  try {
    await postTo(`${url}/otp/request`, { identity });
    clock.advance(299_999);
    assert.equal((await postTo(`${url}/otp/verify`, { identity, otp: inbox.lastCode() })).status, 200);
    await postTo(`${url}/otp/request`, { identity });
    clock.advance(300_000);
    const late = await postTo(`${url}/otp/verify`, { identity, otp: inbox.lastCode() });
    assert.deepEqual([late.status, late.body.code], [410, 'expired_code']);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
