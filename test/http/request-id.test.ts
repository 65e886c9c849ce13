import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OtpOptions } from '../../src/index.js';
import { createOtp } from '../../src/index.js';
import { listeners } from '../helpers/listeners.js';
import { createInbox, createTestOtp, jwtSecret, readBody, secretKey } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';

const alice = 'alice@example.com';
const isId = /^[A-Za-z0-9._-]{1,128}$/;

function createKit(options: Partial<OtpOptions> = {}) {
  const { lines, logger } = keepLines();
  const kit = createTestOtp({ logger, ...options });
  const ask = (
    headers: Record<string, string> = {},
    { remoteAddress = '192.0.2.1', path = 'otp/request' } = {},
  ) =>
    kit.otp.handler(
      new Request(`http://localhost/api/v1/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ identity: alice, ...(path === 'otp/verify' ? { otp: '123456' } : {}) }),
      }),
      { remoteAddress },
    );
  return { ...kit, lines, ask };
}

describe('the id of a request', () => {
  test('is new for each, in its answer and in its lines of the log', async () => {
    const { ask, lines } = createKit();
    const ids = new Set<string>();
    for (const path of ['otp/request', 'otp/verify', 'otp/request', 'otp/none']) {
      const answer = await ask({}, { path });
      const id = answer.headers.get('X-Request-Id') ?? '';
      assert.match(id, isId);
      assert.equal(answer.headers.get('X-Request-Id'), id);
      if (answer.status >= 400) {
        assert.equal((await readBody(answer)).instance, `urn:stateless-otp:request:${id}`);
      }
      if (path !== 'otp/none') assert.equal(lines.at(-1)?.['request_id'], id);
      ids.add(id);
    }
    assert.equal(ids.size, 4);
  });

  test('is that of a trusted proxy, in any form that is allowed', async () => {
    const { ask } = createKit({ trustedProxies: ['loopback', 'unix'], requestIpMax: 0 });
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(isId),
        fc.constantFrom('127.0.0.1', '::1', '::ffff:127.0.0.1', 'unix'),
        async (id, remoteAddress) => {
          const answer = await ask({ 'X-Request-Id': id }, { remoteAddress });
          assert.equal(answer.headers.get('X-Request-Id'), id);
        },
      ),
      { numRuns: 100, seed: 15 },
    );
  });

  // Attack: name your requests like those of somebody else, or write into the log by way of their name.
  test('is nothing that anyone else says, nor what does not look like one', async () => {
    const { ask, lines } = createKit({ trustedProxies: ['10.0.0.1'], requestIpMax: 0 });
    for (const [remoteAddress, id] of [
      ['192.0.2.1', 'chosen-by-a-client'],
      ['10.0.0.2', 'chosen-by-a-client'],
      ['', 'chosen-by-a-client'],
      ['10.0.0.1', ''],
      ['10.0.0.1', 'two ids'],
      ['10.0.0.1', 'one, two'],
      ['10.0.0.1', 'x'.repeat(129)],
      ['10.0.0.1', 'a"b'],
      ['10.0.0.1', 'alice@example.com'],
      ['10.0.0.1', 'é'],
      ['10.0.0.1', '<script>'],
    ] as const) {
      const answer = await ask({ 'X-Request-Id': id }, { remoteAddress });
      const given = answer.headers.get('X-Request-Id') ?? '';
      assert.match(given, isId);
      assert.notEqual(given, id);
      assert.equal(lines.at(-1)?.['request_id'], given);
    }
  });

  test('may be read by the pages of other origins', async () => {
    const { ask, otp } = createKit({ corsOrigins: ['https://app.example.com'] });
    const Origin = 'https://app.example.com';
    const answer = await ask({ Origin });
    assert.match(answer.headers.get('Access-Control-Expose-Headers') ?? '', /\bX-Request-Id\b/);
    const headers = { Origin, 'Access-Control-Request-Method': 'POST' };
    const preflight = new Request('http://localhost/api/v1/otp/request', { method: 'OPTIONS', headers });
    assert.match((await otp.handler(preflight)).headers.get('X-Request-Id') ?? '', isId);
  });

  test('follows a message into the background, and to its transport', async () => {
    const { ask, lines, inbox, otp } = createKit({
      deliveryMode: 'background',
      trustedProxies: ['loopback'],
    });
    await ask({ 'X-Request-Id': 'first' }, { remoteAddress: '127.0.0.1' });
    await otp.close();
    assert.deepEqual(
      lines.map(({ event, status, request_id }) => [event, status, request_id]),
      [
        ['code.sent', 'queued', 'first'],
        ['delivery.delivered', 'delivered', 'first'],
      ],
    );
    assert.equal(inbox.messages[0]?.requestId, 'first');
  });
});

describe('a call of the library', () => {
  test('is named by its caller, and by itself otherwise', async () => {
    const { otp, lines, inbox } = createKit({ requestIdentityMax: 100 });
    await otp.request(alice, { requestId: 'job-42', caller: 'shop' });
    assert.deepEqual([lines[0]?.['request_id'], lines[0]?.['caller']], ['job-42', 'shop']);
    assert.equal(inbox.messages[0]?.requestId, 'job-42');
    for (const requestId of [undefined, null, '', 'two words', 'x'.repeat(129), '"}\n{"level":"error']) {
      await otp.request(alice, { requestId, caller: requestId });
      const line = lines.at(-1) ?? {};
      assert.match(String(line['request_id']), /^[\w-]{22}$/);
      assert.equal('caller' in line, false);
    }
    await otp.verifyToken('a.b.c', { requestId: 'two words' });
    assert.equal('request_id' in (lines.at(-1) ?? {}), false);
    await otp.verifyToken('a.b.c', { requestId: 'job-43' });
    assert.deepEqual([lines.at(-1)?.['event'], lines.at(-1)?.['request_id']], ['token.refused', 'job-43']);
  });

  test('that nobody follows needs no name', async () => {
    const inbox = createInbox();
    const otp = createOtp({ secretKey, jwtSecret, transports: [inbox.transport] });
    await otp.request(alice);
    assert.equal('requestId' in (inbox.messages[0] ?? {}), false);
  });
});

for (const [name, start] of Object.entries(listeners)) {
  test(`${name} answers with the id of the request, whatever the answer is`, async (t) => {
    const { otp, lines } = createKit();
    const { port, close } = await start(otp);
    t.after(close);
    for (const [method, path, body] of [
      ['POST', 'otp/request', { identity: alice }],
      ['POST', 'otp/request', { identity: 'nobody' }],
      ['POST', 'token/verify', { token: 'x' }],
      ['GET', 'otp/request', undefined],
    ] as const) {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
        method,
        headers: { 'Content-Type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const id = answer.headers.get('X-Request-Id') ?? '';
      assert.match(id, isId);
      const type = answer.headers.get('Content-Type');
      if (type === 'application/problem+json') {
        assert.equal((await readBody(answer)).instance, `urn:stateless-otp:request:${id}`);
      }
      if (method === 'POST') assert.equal(lines.at(-1)?.['request_id'], id);
    }
  });
}
