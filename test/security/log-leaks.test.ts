import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt, Transport } from '../../src/index.js';
import { outcomeRows } from '../../src/outcomes/table.js';
import { settle } from '../helpers/clock.js';
import { createTestOtp, makeWrong } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';

const shopKey = 'shop-key-of-the-tests-0123456789';

/** Answers of providers that quote the message, one after the other. */
const answers: ((to: string, code: string) => Receipt | Promise<Receipt>)[] = [
  () => ({ ok: true, id: 'provider-1' }),
  (to) => ({ ok: true, id: `<${to}>` }),
  (_to, code) => ({ ok: true, id: `m-${code}` }),
  (to, code) => Promise.reject(new Error(`550 ${to} refused, code ${code}\n{"level":"error"}`)),
  (to, code) => ({ ok: false, category: 'rejected', retryable: false, detail: `${to} ${code}` }),
  (to) => ({ ok: false, category: 'unavailable', retryable: true, detail: encodeURIComponent(to) }),
  (to, code) =>
    ({
      ok: false,
      category: 'invalid_recipient',
      retryable: false,
      detail: to,
      cause: `${code} to ${to}`,
    }) as Receipt,
  () => undefined as never,
  (to) => {
    throw Object.assign(new TypeError(`cannot send to ${to.toUpperCase()}`), { recipient: to });
  },
];

// Attack: read codes, tokens and addresses in the log, also by making others write them there.
test('no line of the log holds a code, a token, a key or an address, whatever is sent and whatever providers say', async () => {
  const { lines, logger } = keepLines();
  const secrets = new Set<string>([shopKey]);
  let turn = 0;
  const latest = new Map<string, string>();
  const transport: Transport = {
    name: 'provider',
    channels: ['email', 'sms', 'custom'],
    async send({ to, code }) {
      latest.set(to, code);
      secrets.add(code);
      return answers[turn++ % answers.length]?.(to, code) as Promise<Receipt>;
    },
  };
  const { otp, clock } = createTestOtp({
    transports: [transport],
    logger,
    deliveryMode: 'background',
    gateAllow: ['@example.com', '+49', 'user:1'],
    refreshTokenTtlSeconds: 86_400,
    requestIpMax: 0,
    verifyIpMax: 20,
    lengthenAfter: 4,
    trustedProxies: ['loopback'],
  });

  async function call(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await otp.handler(
      new Request(`http://localhost${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      { remoteAddress: '127.0.0.1' },
    );
    return {
      status: response.status,
      body: (await response.json().catch(() => ({}))) as Record<string, string>,
    };
  }

  const hostile = (identity: string, code = '') => ({
    'X-Request-Id': `${identity}${code}`,
    'X-Forwarded-For': `${identity}, 203.0.113.${turn % 250}`,
    'X-Api-Key': shopKey,
    'User-Agent': `${identity} ${code}`,
    'Accept-Language': identity,
    Origin: `https://${identity.replace(/\W/g, '')}.example.com`,
  });

  let device = 'otd1.of-a-stranger';
  for (let i = 0; i < 60; i++) {
    const identity = [
      `person.${i}.secret@example.com`,
      `+4915112345${String(i).padStart(3, '0')}`,
      'user:1',
      `stranger.${i}.secret@elsewhere.example`,
      `"bad ${i}"@example.com`,
    ][i % 5] as string;
    secrets.add(identity);
    const { body: sent } = await call('/api/v1/otp/request', { identity, device }, hostile(identity));
    const { challenge } = sent;
    await settle();
    clock.advance(1000);
    const code = latest.get(identity) ?? '48293177';
    secrets.add(code);
    for (const typed of [makeWrong(code), code, code]) {
      const { body } = await call(
        '/api/v1/otp/verify',
        { identity, otp: typed, challenge, device, remember: true },
        hostile(identity, code),
      );
      secrets.add(device);
      device = body['device'] ?? device;
      const { access_token: access = `a.${i}.c`, refresh_token: refresh = `otr2.refresh-${i}` } = body;
      secrets.add(access);
      secrets.add(refresh);
      const bearer = { Authorization: `Bearer ${access}`, ...hostile(identity, code) };
      await call('/authz/auth-request', undefined, bearer);
      await call('/authz/auth-request', undefined, { Cookie: `__Host-otp_session=${access}` });
      await call('/api/v1/token/verify', { token: `${access}x` }, hostile(identity));
      for (let use = 0; use < 2; use++) {
        const next = await call('/api/v1/token/refresh', { refresh_token: refresh }, hostile(identity));
        if (next.body['access_token']) secrets.add(next.body['access_token']);
        if (next.body['refresh_token']) secrets.add(next.body['refresh_token']);
      }
      await call('/api/v1/token/logout', { refresh_token: refresh }, bearer);
    }
    await otp.request(identity, { requestId: identity, caller: identity, ip: identity });
    await otp.verify(identity, code, { requestId: identity, caller: identity, ip: code }).catch(() => {});
    await settle();
  }
  clock.advance(600_000);
  await settle();
  await otp.close();

  const events = new Set(lines.map(({ event }) => event));
  for (const event of [
    'code.sent',
    'code.withheld',
    'code.verified',
    'code.refused',
    'request.refused',
    'delivery.delivered',
    'delivery.failed',
    'gate.allowed',
    'gate.refused',
    'token.refused',
    'token.refreshed',
    'token.reused',
    'session.ended',
  ]) {
    assert.ok(events.has(event), `${event} is among ${[...events].join(', ')}`);
  }
  for (const event of events) assert.ok(String(event) in outcomeRows);
  for (const line of lines) {
    const { network, duration_ms, time, ...rest } = line;
    assert.match(String(network ?? 'unknown'), /^(unknown|\d+\.\d+\.\d+\.0\/24|[0-9a-f:]+::\/48)$/);
    const text = JSON.stringify(rest);
    assert.doesNotMatch(text, /\\n|secret@|elsewhere\.example/i);
    for (const secret of secrets) {
      assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${secret} in ${text}`);
    }
  }
});
