import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityHeaders } from '../../src/http/reply.js';
import { createTestOtp, post } from '../helpers/otp.js';

const alice = 'alice@example.com';
const requestPath = '/api/v1/otp/request';
const verifyPath = '/api/v1/otp/verify';

test('request and verify answer as the design writes them', async () => {
  const { otp, inbox } = createTestOtp();
  const sent = await post(otp.handler, requestPath, { identity: 'Alice@Example.com' });
  assert.equal(sent.status, 200);
  assert.deepEqual(sent.body, {
    success: true,
    message: 'OTP sent successfully.',
    ttl_seconds: 300,
    resend_in_seconds: 0,
    code_length: 6,
    channel: 'email',
  });
  const verified = await post(otp.handler, verifyPath, { identity: alice, otp: inbox.lastCode() });
  assert.equal(verified.status, 200);
  const { access_token: token, ...rest } = verified.body;
  assert.deepEqual(rest, { success: true, token_type: 'bearer', expires_in: 900 });
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
});

test('the language is that of the request, then that of the browser, then the configured one', async () => {
  const { otp, inbox } = createTestOtp({ defaultLocale: 'ja' });
  const ask = async (body: object, headers: Record<string, string>) => {
    await post(otp.handler, requestPath, { identity: alice, ...body }, headers);
    return inbox.messages.at(-1)?.locale;
  };
  assert.equal(await ask({ locale: 'fr' }, { 'Accept-Language': 'de' }), 'fr');
  assert.equal(await ask({}, { 'Accept-Language': 'xx, de-AT;q=0.8, en;q=0.5' }), 'de');
  assert.equal(await ask({}, {}), 'ja');
});

test('a bound request returns its challenge, and the code needs it', async () => {
  const { otp, inbox } = createTestOtp();
  const { body } = await post(otp.handler, requestPath, { identity: alice, bind: true });
  const code = inbox.lastCode();
  assert.equal((await post(otp.handler, verifyPath, { identity: alice, otp: code })).status, 410);
  const bound = { identity: alice, otp: code, challenge: body.challenge };
  assert.equal((await post(otp.handler, verifyPath, bound)).status, 200);
});

test('every refusal is a problem of its status, with what helps', async () => {
  const { otp, clock, inbox, obtain, wrong } = createTestOtp({
    resend: 'refuse',
    maxAttempts: 1,
    requestIpMax: 100,
  });
  const expectProblem = async (
    path: string,
    body: unknown,
    status: number,
    members: Record<string, unknown>,
  ) => {
    const answer = await post(otp.handler, path, body);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(answer.body.type, `urn:stateless-otp:problem:${members['code']}`);
    assert.equal(answer.body.success, false);
    assert.equal(answer.body.status, status);
    assert.ok(answer.body.title && answer.body.detail);
    for (const [name, value] of Object.entries(members)) assert.equal(answer.body[name], value, name);
    const retry = members['retry_after_seconds'];
    assert.equal(answer.headers.get('retry-after'), retry === undefined ? null : String(retry));
    return answer;
  };
  await expectProblem(requestPath, {}, 400, { code: 'invalid_request' });
  await expectProblem(requestPath, { identity: 'nobody' }, 400, { code: 'invalid_identity' });
  await expectProblem(requestPath, { identity: alice, channel: 'sms' }, 400, { code: 'unsupported_channel' });
  await expectProblem(verifyPath, { identity: alice, otp: '123' }, 400, { code: 'invalid_request' });
  await expectProblem(verifyPath, { identity: alice, otp: '123456' }, 410, { code: 'expired_code' });
  const challenge = 'a7AszVyXGPLrLZ4q7nHbaQ';
  await expectProblem(requestPath, { identity: alice, challenge }, 410, { code: 'expired_code' });

  const code = await obtain(alice);
  clock.advance(100_000);
  await expectProblem(requestPath, { identity: alice }, 409, { code: 'pending', retry_after_seconds: 200 });
  const guess = { identity: alice, otp: wrong(code) };
  const invalid = await expectProblem(verifyPath, guess, 401, { code: 'invalid_code', attempts_left: 0 });
  assert.equal(invalid.headers.get('www-authenticate'), 'OTP');
  await expectProblem(verifyPath, guess, 429, { code: 'blocked', retry_after_seconds: 200 });
  await expectProblem(requestPath, { identity: alice }, 429, { code: 'blocked', retry_after_seconds: 200 });

  const bound = { identity: 'bob@example.com', bind: true };
  for (let i = 0; i < 5; i++) await post(otp.handler, requestPath, bound);
  await expectProblem(requestPath, bound, 429, {
    code: 'rate_limited',
    limit: 'request_identity',
    retry_after_seconds: 600,
  });
  assert.ok(inbox.messages.length > 0);

  const failing = createTestOtp({
    answer: () => ({
      ok: false,
      category: 'unavailable',
      retryable: true,
      detail: 'secret detail of the provider',
    }),
  });
  const failed = await post(failing.otp.handler, requestPath, { identity: alice });
  assert.equal(failed.status, 502);
  assert.equal(failed.body.category, 'unavailable');
  assert.ok(!JSON.stringify(failed.body).includes('secret detail'));
});

test('a store that is down is 503 with Retry-After, readiness says so, and tokens are still checked', async () => {
  const { OtpError } = await import('../../src/errors.js');
  const unavailable = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));
  const store = {
    open: unavailable,
    attempt: unavailable,
    consume: unavailable,
    release: unavailable,
    hit: unavailable,
    spend: unavailable,
    refund: unavailable,
    claim: unavailable,
    claimed: unavailable,
    clear: unavailable,
    ended: unavailable,
    exchange: unavailable,
  };
  const { otp } = createTestOtp({ store: { ...store, ping: unavailable, close: async () => {} } });
  for (const [path, body] of [
    [requestPath, { identity: alice }],
    [verifyPath, { identity: alice, otp: '123456' }],
  ] as const) {
    const answer = await post(otp.handler, path, body);
    assert.equal(answer.status, 503);
    assert.equal(answer.body.code, 'store_unavailable');
    assert.equal(answer.headers.get('retry-after'), '1');
  }
  assert.equal((await otp.handler(new Request('http://localhost/readyz'))).status, 503);
  assert.equal((await otp.handler(new Request('http://localhost/livez'))).status, 200);
  const check = await post(otp.handler, '/api/v1/token/verify', { token: 'x' });
  assert.deepEqual([check.status, check.body], [200, { active: false }]);
});

test('an unexpected fault is 500 and says nothing, in the answer or the log', async () => {
  const lines: string[] = [];
  const log = (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }));
  const { otp } = createTestOtp({
    logger: { info: log, warn: log, error: log },
    clock: () => {
      throw new Error('alice@example.com and 482931');
    },
  });
  const answer = await post(otp.handler, requestPath, { identity: alice });
  assert.equal(answer.status, 500);
  assert.equal(answer.body.code, 'internal');
  const everything = JSON.stringify(answer.body) + lines.join('\n');
  assert.ok(lines.length > 0 && !everything.includes('alice') && !everything.includes('482931'));
});

test('token/verify tells the claims of a good token, and nothing of any other', async () => {
  const { otp, obtain } = createTestOtp({ purposes: ['sign-in', 'payment'] });
  const bearer = (authorization?: string) =>
    otp.handler(
      new Request(
        'http://localhost/api/v1/token/verify',
        authorization ? { headers: { authorization } } : {},
      ),
    );
  const issue = async (purpose: string) => {
    const code = await obtain(alice, { purpose });
    const result = await otp.verify(alice, code, { purpose });
    return result.status === 'valid' ? result.accessToken : '';
  };
  const token = await issue('sign-in');
  const posted = await post(otp.handler, '/api/v1/token/verify', { token });
  assert.equal(posted.status, 200);
  assert.equal(posted.body.active, true);
  assert.equal(posted.body.claims.sub, alice);

  const good = await bearer(`Bearer ${token}`);
  assert.equal(good.status, 200);
  assert.equal(good.headers.get('remote-user'), alice);
  assert.deepEqual(await good.json(), posted.body);
  assert.equal((await bearer(`bEARER  ${token} `)).status, 200);

  const missing = await bearer();
  assert.equal(missing.status, 401);
  assert.equal(missing.headers.get('www-authenticate'), 'Bearer realm="stateless-otp"');
  for (const header of [
    `Bearer ${token}x`,
    'Bearer',
    `Basic ${token}`,
    token,
    `Bearer ${token} ${token}`,
    'Bearer ',
  ]) {
    const answer = await bearer(header);
    assert.equal(answer.status, 401, header);
    assert.equal(answer.headers.get('remote-user'), null);
    const isToken = /^Bearer \S+$/.test(header);
    const challenge = `Bearer realm="stateless-otp"${isToken ? ', error="invalid_token"' : ''}`;
    assert.equal(answer.headers.get('www-authenticate'), challenge, header);
    assert.deepEqual(await answer.json(), { active: false });
  }
  const forPayment = await issue('payment');
  assert.equal((await bearer(`Bearer ${forPayment}`)).status, 401);
  assert.equal((await post(otp.handler, '/api/v1/token/verify', { token: forPayment })).body.active, true);
});

test('bearer purposes can be configured', async () => {
  const { otp, obtain } = createTestOtp({ purposes: ['payment'], bearerPurposes: ['payment'] });
  const result = await otp.verify(alice, await obtain(alice));
  const authorization = `Bearer ${result.status === 'valid' ? result.accessToken : ''}`;
  const answer = await otp.handler(
    new Request('http://x/api/v1/token/verify', { headers: { authorization } }),
  );
  assert.equal(answer.status, 200);
});

test('every answer has the security headers, and none may be kept but files, if they are checked', async () => {
  assert.deepEqual(securityHeaders, {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  });
  const { otp } = createTestOtp();
  for (const path of ['/livez', '/nothing', requestPath, '/openapi.json', '/api/v1/token/verify', '/docs']) {
    const { headers } = await otp.handler(new Request(`http://localhost${path}`));
    for (const [name, value] of Object.entries(securityHeaders)) {
      // The documentation page is the one page, with a policy of its own.
      if (name === 'Content-Security-Policy' && path === '/docs') continue;
      const isFile = ['/openapi.json', '/docs'].includes(path);
      const expected = isFile && name === 'Cache-Control' ? 'no-cache' : value;
      assert.equal(headers.get(name), expected, `${name} of ${path}`);
    }
    assert.match(
      headers.get('content-security-policy') ?? '',
      /default-src 'none'.*frame-ancestors 'none'/,
      path,
    );
  }
});

test('an unknown route is 404, a wrong method 405 with what is allowed; HEAD is as GET', async () => {
  const { otp } = createTestOtp();
  const ask = (method: string, path: string) =>
    otp.handler(new Request(`http://localhost${path}`, { method }));
  assert.equal((await ask('GET', '/api/v1/nothing')).status, 404);
  const wrong = await ask('DELETE', requestPath);
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get('allow'), 'POST');
  assert.equal((await ask('PUT', '/api/v1/token/verify')).headers.get('allow'), 'POST, GET');
  assert.equal((await ask('HEAD', '/livez')).status, 200);
});

// Attack: let the prefetch of a mail scanner or a browser use a code up.
test('no GET changes anything', async () => {
  const { otp, obtain } = createTestOtp();
  const code = await obtain(alice);
  for (const path of [requestPath, verifyPath, '/docs', '/openapi.json', '/readyz', '/']) {
    for (let i = 0; i < 50; i++) {
      const query = `identity=${encodeURIComponent(alice)}&otp=${code}`;
      assert.ok((await otp.handler(new Request(`http://localhost${path}?${query}`))).status < 500);
    }
  }
  assert.equal((await otp.verify(alice, code)).status, 'valid');
});

test('other origins may call only when they are named', async () => {
  const preflight = (handler: ReturnType<typeof createTestOtp>['otp']['handler'], origin: string) =>
    handler(
      new Request(`http://localhost${requestPath}`, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      }),
    );
  const closed = await preflight(createTestOtp().otp.handler, 'https://app.example.com');
  assert.equal(closed.headers.get('access-control-allow-origin'), null);
  const { otp } = createTestOtp({ corsOrigins: ['https://app.example.com'] });
  const open = await preflight(otp.handler, 'https://app.example.com');
  assert.equal(open.headers.get('access-control-allow-origin'), 'https://app.example.com');
  assert.match(open.headers.get('access-control-allow-headers') ?? '', /Authorization.*Content-Type/);
  const other = await preflight(otp.handler, 'https://evil.example.com');
  assert.equal(other.headers.get('access-control-allow-origin'), null);
  const real = await post(
    otp.handler,
    requestPath,
    { identity: alice },
    { Origin: 'https://app.example.com' },
  );
  assert.equal(real.headers.get('access-control-allow-origin'), 'https://app.example.com');
  assert.match(real.headers.get('access-control-expose-headers') ?? '', /Retry-After/);
});

test('the address limit sees through named proxies only', async () => {
  const ask = (trustedProxies: string[], remoteAddress: string, forwarded: string) => {
    const { otp } = createTestOtp({ requestIpMax: 1, requestIdentityMax: 100, trustedProxies });
    return async (hop: string) => {
      const request = new Request(`http://localhost${requestPath}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwarded.replace('HOP', hop) },
        body: JSON.stringify({ identity: alice }),
      });
      return (await otp.handler(request, { remoteAddress })).status;
    };
  };
  // Attack: send a new X-Forwarded-For with each request.
  const untrusted = ask([], '192.0.2.1', 'HOP');
  assert.deepEqual([await untrusted('10.0.0.1'), await untrusted('10.0.0.2')], [200, 429]);
  const prefixed = ask(['loopback'], '::ffff:127.0.0.1', 'HOP, 203.0.113.9');
  assert.deepEqual([await prefixed('10.0.0.1'), await prefixed('10.0.0.2')], [200, 429]);
  const proxied = ask(['loopback', '10.0.0.0/8'], '127.0.0.1', 'HOP, 10.1.2.3');
  assert.deepEqual([await proxied('203.0.113.1'), await proxied('203.0.113.2')], [200, 200]);
});

test('a proxy that nobody has named is warned of, once', async () => {
  const warnings: string[] = [];
  const logger = {
    info() {},
    error() {},
    warn: (_fields: object, message: string) => warnings.push(message),
  };
  const { otp } = createTestOtp({ logger });
  for (let i = 0; i < 3; i++) {
    await post(otp.handler, requestPath, { identity: alice }, { 'X-Forwarded-For': '203.0.113.9' });
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /no proxy is trusted/);
});
