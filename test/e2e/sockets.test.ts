import assert from 'node:assert/strict';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { type RunningServer, startServer } from '../../src/cli/server.js';
import { fetchKeeping } from '../helpers/fresh-connections.js';
import { createTestOtp, readBody } from '../helpers/otp.js';

test('the server limits how long headers and a request may take', async (t) => {
  const create = t.mock.method(http, 'createServer');
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const server = await startServer(() => {}, { host: '127.0.0.1', port: 0, graceMs: 0 });
  await server.close();
  const options = create.mock.calls[0]?.arguments[0] as http.ServerOptions;
  assert.deepEqual([options.headersTimeout, options.requestTimeout], [10_000, 15_000]);
});

describe('over a real socket', () => {
  const start = (limits: { headersTimeoutMs?: number; requestTimeoutMs?: number } = {}) => {
    const listener = createNodeListener(createTestOtp().otp.handler);
    return startServer(listener, { host: '127.0.0.1', port: 0, graceMs: 0, ...limits });
  };
  let server: RunningServer;
  before(async () => {
    server = await start();
  });
  after(() => server.close());

  /** Writes raw bytes and returns everything that comes back until the server closes. */
  const exchange = (bytes: string, { port } = server) =>
    new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(received));
    });
  const status = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

  test('headers of 64 KiB are read, and those over the limit are refused', async () => {
    const send = (size: number) =>
      exchange(`GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: ${'x'.repeat(size)}\r\n\r\n`);
    assert.equal(status(await send(64 * 1024)), 200);
    assert.equal(status(await send(100_000)), 431);
  });

  // Reported of other services: a load balancer that began each connection with its own bytes, and health checks that hung.
  test('what begins with another protocol is answered with 400 at once', async () => {
    const http1 = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const bytes of [
      `PROXY TCP4 192.0.2.1 192.0.2.2 51234 80\r\n${http1}`,
      `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c............${http1}`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
    ]) {
      assert.equal(status(await exchange(bytes)), 400, JSON.stringify(bytes));
    }
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/livez`)).status, 200);
  });

  test('a body of 1 MiB is answered with 400, and the connection continues', async () => {
    for (let i = 0; i < 3; i++) {
      const response = await fetchKeeping(`http://127.0.0.1:${server.port}/api/v1/otp/request`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ identity: 'x'.repeat(1024 * 1024) }),
      });
      assert.equal(response.status, 400);
      assert.match((await readBody(response)).detail, /at most 4096 bytes/);
    }
  });

  // Attack: hold connections open with requests that never end.
  test('a request that does not come to its end is cut', async (t) => {
    // A server of its own: its limits are too short for the other tests on a machine that stalls for a moment.
    const hasty = await start({ headersTimeoutMs: 1500, requestTimeoutMs: 1500 });
    t.after(() => hasty.close());
    const head = 'POST /api/v1/otp/request HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const unfinished = ['GET /livez HTTP/1.1\r\nHost: x\r\n', `${head}Content-Length: 100\r\n\r\n{`];
    const answers = await Promise.all(unfinished.map((bytes) => exchange(bytes, hasty)));
    assert.deepEqual(answers.map(status), [408, 408]);
  });

  test('a request line or Host that is garbage is refused, and the server lives on', async () => {
    for (const head of [
      'GET /sign-in HTTP/1.1\r\nHost: a b\r\n',
      'GET /sign-in HTTP/1.1\r\nHost: [\r\n',
      'GET //\\evil HTTP/1.1\r\nHost: x\r\n',
      'GET livez HTTP/1.1\r\nHost: x\r\n',
      'GET http:// HTTP/1.1\r\nHost: x\r\n',
      'GE\u0000T /livez HTTP/1.1\r\nHost: x\r\n',
      'GET /livez HTTP/1.1\r\n',
      'POST /api/v1/otp/request HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    ]) {
      assert.equal(status(await exchange(`${head}Connection: close\r\n\r\n`)), 400, head);
    }
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/livez`)).status, 200);
  });

  // Attack: name a host that the proxy reads in one way and the service in another.
  test('a malformed Host is refused on every route', async () => {
    for (const host of ['a b', '[', '/', 'x:99999', '%']) {
      for (const path of ['/livez', '/api/v1/token/verify', '/authz/auth-request', '/sign-in']) {
        const head = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        assert.equal(status(await exchange(head)), 400, head);
      }
    }
  });

  // Attack: smuggle a second request into a body whose length is read in two ways, or never end one.
  test('a body that is longer, shorter, chunked or absent is what it is by HTTP', async () => {
    const post = (headers: string, body: string) =>
      exchange(
        `POST /api/v1/token/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n${headers}\r\n${body}`,
      );
    const body = '{"token":"x"}';
    assert.equal(status(await post(`Content-Length: ${body.length}\r\n`, body)), 200);
    assert.equal(status(await post('Transfer-Encoding: chunked\r\n', `d\r\n${body}\r\n0\r\n\r\n`)), 200);
    assert.equal(status(await post('Content-Length: 5\r\n', body)), 400);
    assert.equal(
      status(await post('Content-Length: 4097\r\n', `${body}${' '.repeat(4097 - body.length)}`)),
      400,
    );
    assert.equal(
      status(await post('Content-Length: 4096\r\n', `${body}${' '.repeat(4096 - body.length)}`)),
      200,
    );
    assert.equal(status(await post('Content-Length: 0\r\n', '')), 400);
    assert.equal(status(await post('', '')), 400);
  });
});

test('a reply that cannot be written costs its connection and nothing else', async (t) => {
  const handler = Object.assign(async () => new Response(), {
    dispatch: async ({ path }: { path: string }) => ({
      status: 200,
      headers: path === '/bad' ? { Location: 'a\r\nb' } : {},
      body: 'other',
    }),
  });
  const listener = createNodeListener(handler);
  const server = await startServer(listener, { host: '127.0.0.1', port: 0, graceMs: 0 });
  t.after(() => server.close());
  await assert.rejects(fetch(`http://127.0.0.1:${server.port}/bad`));
  assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/good`)).text(), 'other');
});
