import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpChecks, parseRetryAfter, postMessage } from '../../src/transports/post.js';

const signal = new AbortController().signal;
const request = { url: 'https://api.example.com/', headers: {}, body: '', signal };
const answer = (status: number, headers: Record<string, string> = {}, body = '{"code":"broken"}') =>
  postMessage(
    { timeoutMs: 1000, fetch: async () => new Response(status === 204 ? null : body, { status, headers }) },
    request,
    {
      findId: () => 7,
      findErrorCode: ({ body: parsed }) => (parsed as { code?: unknown } | undefined)?.code,
    },
  );

test('only what cannot have been accepted is a definite refusal', async () => {
  for (const [status, category] of [
    [302, 'rejected'],
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'rejected'],
    [408, 'unavailable'],
    [409, 'unknown'],
    [422, 'rejected'],
    [429, 'rate_limited'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unknown'],
    [504, 'unknown'],
  ] as const) {
    const receipt = await answer(status);
    assert.ok(!receipt.ok && receipt.category === category, String(status));
    assert.equal(receipt.detail, `HTTP ${status} broken`);
  }
  const busy = await answer(503, { 'retry-after': '30' });
  assert.ok(!busy.ok && busy.category === 'unavailable' && busy.retryAfterSeconds === 30);
});

test('an accepted message stays accepted when its answer cannot be read', async () => {
  for (const body of ['', '<html>', '{', 'x'.repeat(70_000)])
    assert.deepEqual(await answer(200, {}, body), {
      ok: true,
      id: undefined,
    });
  assert.ok((await answer(204)).ok);
});

// Attack: an error code that is prose in disguise, with a recipient or a line break for the log.
test('an error code is a short word or number, or left out', async () => {
  for (const code of [
    'alice@example.com',
    '+4915112345678',
    'two words',
    'a\nb',
    '4915112345678',
    'x'.repeat(65),
    {},
  ]) {
    const receipt = await answer(400, {}, JSON.stringify({ code }));
    assert.ok(!receipt.ok && receipt.detail === 'HTTP 400', JSON.stringify(code));
  }
});

test('an error code that names a property of every object means nothing', async () => {
  const receipt = await answer(400, {}, '{"code":"constructor"}');
  assert.ok(!receipt.ok && receipt.category === 'rejected');
});

test('whatever breaks, it is a receipt: definite only if there never was a connection', async () => {
  const failWith = (code: string, more: object = {}) =>
    postMessage(
      {
        timeoutMs: 1000,
        fetch: async () => {
          throw Object.assign(new TypeError('fetch failed'), {
            cause: Object.assign(new Error('prose'), { code, ...more }),
          });
        },
      },
      request,
      {},
    );
  for (const code of [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'UND_ERR_CONNECT_TIMEOUT',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    // During the handshake, before anything was sent.
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ]) {
    const receipt = await failWith(code);
    assert.deepEqual(receipt, { ok: false, category: 'unavailable', retryable: true, detail: code });
  }
  for (const code of [
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'EPIPE',
    'HPE_INVALID_CONSTANT',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  ]) {
    const receipt = await failWith(code);
    assert.deepEqual(receipt, { ok: false, category: 'unknown', retryable: true, detail: code });
  }
  const unreachable = await failWith('ETIMEDOUT', { syscall: 'connect' });
  assert.ok(!unreachable.ok && unreachable.category === 'unavailable');
  // A host with several addresses, none of which has answered.
  const attempts = (...syscalls: string[]) =>
    Object.assign(
      new AggregateError(syscalls.map((syscall) => Object.assign(new Error('prose'), { syscall }))),
      { code: 'ETIMEDOUT' },
    );
  for (const [cause, category] of [
    [attempts('connect', 'connect'), 'unavailable'],
    [attempts('connect', 'read'), 'unknown'],
  ] as const) {
    const fetch = () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause }));
    const receipt = await postMessage({ timeoutMs: 1000, fetch }, request, {});
    assert.deepEqual(receipt, { ok: false, category, retryable: true, detail: 'ETIMEDOUT' });
  }
  for (const thrown of [undefined, 'text', 7, new Error('alice@example.com')]) {
    const fetch = () => Promise.reject(thrown);
    assert.deepEqual(await postMessage({ timeoutMs: 1000, fetch }, request, {}), {
      ok: false,
      category: 'unknown',
      retryable: true,
      detail: 'no answer',
    });
  }
});

test('Retry-After is seconds or a date (RFC 9110 §10.2.3)', () => {
  const now = Date.parse('Tue, 03 Nov 2026 12:00:00 GMT');
  assert.equal(parseRetryAfter('120', now), 120);
  assert.equal(parseRetryAfter('Tue, 03 Nov 2026 12:01:30 GMT', now), 90);
  assert.equal(parseRetryAfter('Tue, 03 Nov 2026 11:00:00 GMT', now), 0);
  for (const nothing of [null, '', 'soon', '-1x']) assert.equal(parseRetryAfter(nothing, now), undefined);
});

// Attack: credentials over a connection that the network can read.
test('credentials go over https, or to this machine', () => {
  const read = (baseUrl: string) => httpChecks('https://api.example.com').baseUrl(baseUrl, 'baseUrl');
  assert.equal(read('https://proxy.example.com/twilio/'), 'https://proxy.example.com/twilio');
  assert.equal(read('http://127.0.0.1:8080'), 'http://127.0.0.1:8080');
  for (const bad of [
    'http://api.example.com',
    'http://127.0.0.1.example.com',
    'https://a:b@api.example.com',
    'https://x/?y',
    'x',
  ]) {
    assert.throws(() => read(bad), /^RangeError: baseUrl must be /, bad);
  }
});
