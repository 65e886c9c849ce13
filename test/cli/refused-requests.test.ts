import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { startMetricsServer } from '../../src/cli/metrics-server.js';
import { startServer } from '../../src/cli/server.js';
import { createManualMonotonicClock } from '../helpers/clock.js';
import { findFreePort } from '../helpers/redis.js';

type Line = Record<string, unknown>;

/** A server of the service, what it logs and what it counts. */
async function start(
  t: TestContext,
  timeouts: { headersTimeoutMs?: number; requestTimeoutMs?: number } = {},
) {
  const lines: Line[] = [];
  const counted: string[] = [];
  const clock = createManualMonotonicClock();
  const logger = { warn: (fields: object, message: string) => void lines.push({ ...fields, message }) };
  const refused = { logger, clock, count: (status: string) => void counted.push(status) };
  const server = await startServer((_request, response) => void response.end('fine'), {
    host: '127.0.0.1',
    port: 0,
    graceMs: 0,
    ...timeouts,
    refused,
  });
  t.after(() => server.close());
  /** Everything that comes back. */
  const send = (bytes: string | Buffer) => {
    const client = connect(server.port, '127.0.0.1', () => client.write(bytes));
    // A server that has not read everything resets the connection.
    client.on('error', () => {});
    return text(client).catch(() => '');
  };
  return { lines, counted, clock, send };
}

const message = 'requests that could not be read were refused';
const host = 'Host: a\r\n';

// Reported of other services: a proxy got 400 for every request, and the log of the service was empty.
const kinds: [what: string, bytes: string | Buffer, status: string, cause: string][] = [
  ['no request line', 'hello\r\n\r\n', '400', 'the request is not valid HTTP'],
  ['a header without a name', `GET / HTTP/1.1\r\n${host}: x\r\n\r\n`, '400', 'the request is not valid HTTP'],
  [
    'two lengths',
    `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    '400',
    'the request is not valid HTTP',
  ],
  [
    'TLS',
    Buffer.from('16030100f8010000f40303', 'hex'),
    '400',
    'the client speaks TLS, and this port does not',
  ],
  [
    'large headers',
    `GET / HTTP/1.1\r\n${host}Cookie: ${'x'.repeat(90_000)}\r\n\r\n`,
    '431',
    'the headers are larger than 80 KiB',
  ],
];
for (const [what, bytes, status, cause] of kinds) {
  test(`a request that Node refuses is logged and counted: ${what}`, async (t) => {
    const { lines, counted, send } = await start(t);
    const answer = await send(bytes);
    if (status !== '431')
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [A-Z].*\r\nConnection: close\r\n\r\n$`));
    const [{ detail, ...line } = {}, ...others] = lines;
    assert.deepEqual(line, { status, cause, network: '127.0.0.0/24', requests: 1, message });
    assert.match(String(detail), /^HPE_[A-Z_]+$/);
    assert.deepEqual([others, counted], [[], [status]]);
  });
}

test('a request that does not arrive in time is logged and counted', async (t) => {
  const { lines, counted, send } = await start(t, { headersTimeoutMs: 100, requestTimeoutMs: 200 });
  assert.match(await send(`GET / HTTP/1.1\r\n${host}`), /^HTTP\/1\.1 408 Request Timeout\r\n/);
  const cause = 'the request did not arrive in time';
  assert.deepEqual(lines, [{ status: '408', cause, network: '127.0.0.0/24', requests: 1, message }]);
  assert.deepEqual(counted, ['408']);
});

// Attack: fill the log with requests that cost nothing to make.
test('of many, the first of each cause is logged and then one line a minute, with their number', async (t) => {
  const { lines, counted, clock, send } = await start(t);
  const say = () => lines.splice(0).map(({ cause, requests }) => [cause, requests]);
  const flood = async (count: number) => {
    for (let i = 0; i < count; i++) await send('hello\r\n\r\n');
  };
  const [cause, other] = ['the request is not valid HTTP', 'the client speaks TLS, and this port does not'];
  await flood(20);
  await send(Buffer.from('160301', 'hex'));
  assert.deepEqual(say(), [
    [cause, 1],
    [other, 1],
  ]);
  clock.advance(60_000);
  assert.deepEqual(say(), [[cause, 19]]);
  await flood(5);
  clock.advance(59_999);
  assert.deepEqual(say(), []);
  clock.advance(1);
  assert.deepEqual(say(), [[cause, 5]]);
  clock.advance(60_000);
  assert.deepEqual(say(), []);
  await flood(1);
  assert.deepEqual(say(), [[cause, 1]]);
  assert.equal(counted.length, 27);
});

test('what is logged of them holds nothing that the client wrote', async (t) => {
  const { lines, send } = await start(t);
  await send('GET /secret HTTP/1.1\r\nAuthorization: Bearer secret\r\nsecret\r\n\r\n');
  await send('secret\r\n\r\n');
  assert.equal(lines.length, 1);
  assert.doesNotMatch(JSON.stringify(lines), /secret/i);
});

test('valid requests are not refused, and a client that goes away is not logged', async (t) => {
  const { lines, counted, send } = await start(t);
  assert.match(await send(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`), /^HTTP\/1\.1 200 .*fine$/s);
  // What follows a request is refused after its answer, which stays whole.
  const answers = await send(`GET / HTTP/1.1\r\n${host}\r\nhello\r\n\r\n`);
  assert.match(answers, /^HTTP\/1\.1 200 |^HTTP\/1\.1 400 /);
  assert.deepEqual([lines.length, counted], [1, ['400']]);
});

test('the port of the metrics reports them too', async () => {
  const port = await findFreePort();
  const lines: Line[] = [];
  const logger = { warn: (fields: object) => void lines.push(fields as Line) };
  const refused = { logger, clock: createManualMonotonicClock() };
  await startMetricsServer({ host: '127.0.0.1', port }, async () => '', refused);
  const client = connect(port, '127.0.0.1', () => client.end('hello\r\n\r\n'));
  assert.match(await text(client), /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.equal(lines.length, 1);
});
