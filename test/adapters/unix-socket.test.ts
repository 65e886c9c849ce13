import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { createExpressMiddleware } from '../../src/adapters/express.js';
import { createFastifyPlugin } from '../../src/adapters/fastify.js';
import { createNodeListener } from '../../src/adapters/node.js';
import type { Otp } from '../../src/index.js';
import { createTestOtp } from '../helpers/otp.js';

/** Serves on a unix socket; returns its path. */
async function listenOnUnix(t: TestContext, listener: RequestListener): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'otp-unix-'));
  const path = join(folder, 'socket');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  return path;
}

/** Asks for a code over the socket, on behalf of this address; returns the status. */
function ask(socketPath: string, forwardedFor: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': forwardedFor };
    const outgoing = request(
      { socketPath, method: 'POST', path: '/api/v1/otp/request', headers },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      },
    );
    outgoing.on('error', reject).end(JSON.stringify({ identity: 'alice@example.com' }));
  });
}

const listeners: Record<string, (otp: Otp) => RequestListener | Promise<RequestListener>> = {
  'node:http': ({ handler }) => createNodeListener(handler),
  'node:http through a handler of the app': ({ handler }) =>
    createNodeListener((...args) => handler(...args)),
  express: ({ handler }) => express().use(createExpressMiddleware(handler)),
  async fastify({ handler }) {
    const app = fastify();
    app.register(createFastifyPlugin(handler));
    await app.ready();
    return app.routing;
  },
};

for (const [name, create] of Object.entries(listeners)) {
  test(`${name}: behind a proxy on a unix socket each client has its own limit, if unix is trusted`, async (t) => {
    const limits = { requestIpMax: 1, requestIdentityMax: 100 };
    const trusting = createTestOtp({ ...limits, trustedProxies: ['unix'] });
    const path = await listenOnUnix(t, await create(trusting.otp));
    assert.equal(await ask(path, '203.0.113.1'), 200);
    assert.equal(await ask(path, '203.0.113.2'), 200);
    // Attack: prepend another address.
    assert.equal(await ask(path, '198.51.100.1, 203.0.113.2'), 429);
  });

  // Attack: choose the address that is counted, where nobody has said that a proxy is on the socket.
  test(`${name}: who connects through a unix socket is one caller, if unix is not trusted`, async (t) => {
    const others = createTestOtp({ requestIpMax: 1, requestIdentityMax: 100, trustedProxies: ['loopback'] });
    const path = await listenOnUnix(t, await create(others.otp));
    assert.equal(await ask(path, '203.0.113.1'), 200);
    assert.equal(await ask(path, '203.0.113.2'), 429);
  });
}
