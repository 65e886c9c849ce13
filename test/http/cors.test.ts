import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createTestOtp } from '../helpers/otp.js';

const app = 'https://app.example.com';
const path = '/api/v1/otp/request';
const { otp } = createTestOtp({ corsOrigins: [app, 'capacitor://localhost'] });

function send(init: RequestInit & { path?: string }) {
  return otp.handler(new Request(`http://localhost${init.path ?? path}`, init), {
    remoteAddress: '192.0.2.1',
  });
}

function preflight(origin: string, asked?: string) {
  const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
  return send({
    method: 'OPTIONS',
    headers: asked === undefined ? headers : { ...headers, 'Access-Control-Request-Headers': asked },
  });
}

const listAllowed = (response: Response) =>
  (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/ *, */);

test('a preflight of an allowed origin is granted every header that it asks for', async () => {
  const asked = 'authorization,baggage,content-type,sentry-trace,traceparent,tracestate,x-datadog-trace-id';
  const response = await preflight(app, asked);
  assert.ok(response.ok);
  const allowed = listAllowed(response);
  for (const name of asked.split(',')) assert.ok(allowed.includes(name), name);
  assert.equal(response.headers.get('access-control-allow-origin'), app);
  assert.match(response.headers.get('vary') ?? '', /Origin.*Access-Control-Request-Headers/);
});

test('whatever header names a browser asks for are granted, and nothing that is not a name', async () => {
  const names = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/), { maxLength: 40 });
  const rest = fc.array(fc.stringMatching(/^[a-z]{0,4}[ ;:"()<>@/[\]{}=][a-z]{0,4}$/), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(names, rest, async (good, bad) => {
      const allowed = listAllowed(
        await preflight(app, [...good, ...bad.map((name) => `x${name}x`)].join(', ')),
      );
      for (const name of good) assert.ok(allowed.includes(name), name);
      for (const name of allowed) assert.match(name, /^[a-z0-9-]+$/);
    }),
    { seed: 12, numRuns: 200 },
  );
});

// Attack: ask for so much that the answer becomes huge.
test('the answer to a preflight is bounded', async () => {
  const asked = Array.from({ length: 2000 }, (_, index) => `x-header-${index}`).join(',');
  const response = await preflight(app, asked);
  assert.equal(response.headers.get('access-control-allow-origin'), app);
  assert.deepEqual(listAllowed(response), ['authorization', 'content-type', 'x-api-key']);
});

// Attack: call the API from a page that nobody has named.
test('other origins are granted nothing, and no origin that only looks alike', async () => {
  for (const origin of [
    'https://evil.example.com',
    'null',
    'https://app.example.com.evil.example',
    'https://app.example.com:8443',
    'http://app.example.com',
    'capacitor://localhost.evil.example',
  ]) {
    const response = await preflight(origin, 'baggage');
    for (const [name] of response.headers) assert.doesNotMatch(name, /^access-control-/, origin);
    assert.match(response.headers.get('vary') ?? '', /Origin/);
  }
});

test('error answers can be read by an allowed origin, and every answer varies by it', async () => {
  const json = { 'Content-Type': 'application/json' };
  const requests: [status: number, init: RequestInit & { path?: string }][] = [
    [400, { method: 'POST', headers: json, body: '{' }],
    [400, { method: 'POST', body: '{}' }],
    [400, { method: 'POST', headers: json, body: 'x'.repeat(5000) }],
    [404, { path: '/nowhere' }],
    [405, { method: 'PUT' }],
    [401, { path: '/api/v1/token/verify' }],
    [401, { path: '/authz/forward-auth' }],
    [401, { path: '/authz/auth-request' }],
    [404, { path: '/api/v1/token/refresh', method: 'POST' }],
    [400, { path: '/oauth/revoke', method: 'POST' }],
    [400, { path: '/livez', headers: { Host: 'a b' } }],
    [400, { path: '/sign-in', method: 'POST' }],
    [200, { path: '/livez' }],
    [200, { path: '/openapi.json' }],
  ];
  for (const [status, { headers, ...init }] of requests) {
    for (const origin of [app, 'https://evil.example.com', undefined]) {
      const response = await send({
        ...init,
        headers: { ...headers, ...(origin ? { Origin: origin } : {}) },
      });
      assert.equal(response.status, status);
      assert.match(response.headers.get('vary') ?? '', /Origin/);
      assert.equal(response.headers.get('access-control-allow-origin'), origin === app ? app : null);
    }
  }
});

describe('an application that is not a web page can be named', () => {
  for (const origin of [
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'app://.',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://a4f1c0de-1111-2222-3333-444455556666',
    'http://localhost:5173',
    'http://[::1]:5173',
  ]) {
    test(origin, async () => {
      const { otp } = createTestOtp({ corsOrigins: [origin] });
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
      const response = await otp.handler(
        new Request(`http://localhost${path}`, { method: 'OPTIONS', headers }),
      );
      assert.equal(response.headers.get('access-control-allow-origin'), origin);
    });
  }
});

test('the library refuses origins that no browser sends', () => {
  for (const origin of ['https://*.vercel.app', '*', 'null', 'https://a.example/', 'app.example.com']) {
    assert.throws(() => createTestOtp({ corsOrigins: [origin] }), /^RangeError: corsOrigins must be/, origin);
  }
  for (const origin of [
    "https://a.example; script-src 'unsafe-inline'",
    'https://*',
    'capacitor://localhost',
  ]) {
    assert.throws(
      () => createTestOtp({ embedOrigins: [origin] }),
      /^RangeError: embedOrigins must be/,
      origin,
    );
  }
});
