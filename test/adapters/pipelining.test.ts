import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { startServer } from '../../src/cli/server.js';
import type { Otp } from '../../src/index.js';
import { hosts } from '../helpers/hosts.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';
import { pipeline } from '../helpers/pipeline.js';

const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** What is answered in some turns of the event loop more or less, with the status that tells it from the next. */
const kinds: [request: string, status: number][] = [
  [get('/livez'), 200],
  [get('/api/v1/token/verify'), 401],
  [post('/api/v1/otp/verify', '{"identity":"alice@example.com","otp":"123456"}'), 410],
  [get('/docs/start.js'), 200],
  [post('/api/v1/token/verify', '{}'), 400],
  [get('/api/v1/otp/request'), 405],
];

const servers: Record<string, (otp: Otp) => Promise<{ port: number; close(): unknown }>> = {
  'the service': (otp) =>
    startServer(createNodeListener(otp.handler), { host: '127.0.0.1', port: 0, graceMs: 0 }),
  'node:http': async (otp) => withPort(await listen(createNodeListener(otp.handler))),
};
for (const name of ['express', 'express after express.json()', 'fastify', 'hono']) {
  servers[name] = async (otp) => {
    const host = await hosts[name]?.(otp, { prefix: '' });
    assert.ok(host);
    return withPort(host);
  };
}

function withPort({ url, close }: { url: string; close(): unknown }) {
  return { port: Number(new URL(url).port), close };
}

for (const [name, start] of Object.entries(servers)) {
  describe(name, () => {
    const open = async (t: TestContext) => {
      const server = await start(createTestOtp({ verifyIpMax: 0 }).otp);
      t.after(() => server.close());
      return server.port;
    };

    for (const pieceBytes of [undefined, 7, 1500]) {
      test(`answers what a client pipelines in order, ${pieceBytes ?? 'all'} bytes at a time`, async (t) => {
        const port = await open(t);
        const sent = Array.from({ length: 300 }, (_, i) => kinds[(i * i) % kinds.length] ?? kinds[0]);
        const requests = sent.map((kind) => kind?.[0] ?? '');
        const expected = sent.map((kind) => kind?.[1]);
        assert.deepEqual(await pipeline(port, requests, pieceBytes), expected);
        // Once more: the server has seen by now that clients pipeline.
        assert.deepEqual(await pipeline(port, requests, pieceBytes), expected);
      });
    }
  });
}

test('the service answers far more pipelined requests than it works on at once', async (t) => {
  const listener = createNodeListener(createTestOtp().otp.handler);
  const server = await startServer(listener, { host: '127.0.0.1', port: 0, graceMs: 0 });
  t.after(() => server.close());
  for (let i = 0; i < 2; i++) {
    const statuses = await pipeline(server.port, Array(1500).fill(get('/livez')));
    assert.deepEqual(statuses, Array(1500).fill(200));
  }
  assert.equal((await pipeline(server.port, Array(20_000).fill(get('/livez')))).length, 20_000);
});

// Attack: one client has its requests worked on side by side, as many as it can write at once.
test('of one connection one request is worked on at a time', async (t) => {
  let working = 0;
  let most = 0;
  const { otp } = createTestOtp();
  const listener = createNodeListener(async (request, info) => {
    most = Math.max(most, ++working);
    const response = await otp.handler(request, info);
    await new Promise((resolve) => setImmediate(resolve));
    working--;
    return response;
  });
  const server = await listen(listener);
  t.after(() => server.close());
  await pipeline(Number(new URL(server.url).port), Array(200).fill(get('/livez')));
  assert.equal(most, 1);
});
