import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { createExpressMiddleware } from '../../src/adapters/express.js';
import { createFastifyPlugin } from '../../src/adapters/fastify.js';
import { createNodeListener } from '../../src/adapters/node.js';
import type { Handler } from '../../src/index.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';

const servers: Record<string, (handler: Handler) => Promise<{ url: string; close(): unknown }>> = {
  'node:http': (handler) => listen(createNodeListener(handler)),
  express: (handler) => listen(express().use(createExpressMiddleware(handler)) as RequestListener),
  async fastify(handler) {
    const app = fastify();
    app.register(createFastifyPlugin(handler));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close() };
  },
};

for (const [name, start] of Object.entries(servers)) {
  describe(`${name}: a function that an app has put around the handler`, () => {
    async function serve(t: { after(done: () => unknown): void }, own: Handler) {
      const { otp } = createTestOtp();
      const server = await start(async (request, info) =>
        new URL(request.url).pathname === '/own' ? own(request, info) : otp.handler(request, info),
      );
      t.after(() => server.close());
      return server.url;
    }

    test('gets the request as it was sent, and its answer is sent as it is', async (t) => {
      const url = await serve(t, async (request, info) => {
        const { method, headers } = request;
        const cookies = [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
        ] as [string, string][];
        const seen = [method, new URL(request.url).search, headers.get('x-own'), await request.text()];
        return Response.json([...seen, info?.remoteAddress], { status: 201, headers: cookies });
      });
      const answer = await fetch(`${url}/own?a=b`, {
        method: 'PUT',
        body: 'text',
        headers: { 'X-Own': 'yes' },
      });
      assert.deepEqual(
        [answer.status, await answer.json()],
        [201, ['PUT', '?a=b', 'yes', 'text', '127.0.0.1']],
      );
      assert.deepEqual(answer.headers.getSetCookie(), ['a=1', 'b=2']);
      assert.equal((await fetch(`${url}/livez`)).status, 200);
      assert.equal((await fetch(`${url}/own`, { method: 'HEAD' })).status, 201);
    });

    // Attack: end the process by a body that is too long, whose many chunks wait behind another request.
    test('is served although a long body arrives in many chunks at once', async (t) => {
      const { port, hostname } = new URL(await serve(t, async () => new Response()));
      const chunks = '3e8\r\n'.concat('x'.repeat(1000), '\r\n').repeat(20);
      const framing = 'Content-Type: application/json\r\nTransfer-Encoding: chunked';
      const post = `POST /api/v1/token/verify HTTP/1.1\r\nHost: x\r\n${framing}\r\n\r\n${chunks}0\r\n\r\n`;
      for (const ahead of ['', 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n']) {
        const socket = connect(Number(port), hostname)
          .setEncoding('latin1')
          .on('error', () => {});
        socket.write(ahead + post);
        await once(socket, 'data');
        socket.destroy();
        assert.equal((await fetch(`http://${hostname}:${port}/livez`)).status, 200);
      }
    });

    test('that fails costs one answer', async (t) => {
      const url = await serve(t, async () => {
        throw new Error('broken');
      });
      assert.equal((await fetch(`${url}/own`)).status, 500);
      assert.equal((await fetch(`${url}/livez`)).status, 200);
    });

    test('may answer piece by piece', async (t) => {
      let push: (text: string) => void = () => {};
      const url = await serve(t, async () => {
        const body = new ReadableStream({
          start(controller) {
            push = (text) => (text === '' ? controller.close() : controller.enqueue(Buffer.from(text)));
            push('one');
          },
        });
        return new Response(body);
      });
      const reader = (await fetch(`${url}/own`)).body?.getReader();
      const read = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
      assert.equal(await read(), 'one');
      push('two');
      assert.equal(await read(), 'two');
      push('');
      assert.equal(await read(), '');
    });
  });
}

for (const name of ['node:http', 'express']) {
  test(`${name}: such a function may take bodies of any size, and learns when its client is gone`, async (t) => {
    let signal: AbortSignal | undefined;
    const server = await servers[name]?.(async (request) => {
      if (request.method === 'POST') return Response.json((await request.arrayBuffer()).byteLength);
      signal = request.signal;
      return new Promise(() => {});
    });
    assert.ok(server);
    t.after(() => server.close());
    const posted = await fetch(server.url, { method: 'POST', body: 'x'.repeat(1_000_000) });
    assert.equal(await posted.json(), 1_000_000);
    const client = httpRequest(server.url).on('error', () => {});
    client.end();
    while (!signal) await new Promise((resolve) => setImmediate(resolve));
    client.destroy();
    if (!signal.aborted) await once(signal, 'abort');
  });
}

test('fastify: such a function takes bodies of the size that the API takes, and longer ones are refused', async (t) => {
  const server = await servers['fastify']?.(async (request) => Response.json((await request.text()).length));
  assert.ok(server);
  t.after(() => server.close());
  const send = (length: number) => fetch(server.url, { method: 'POST', body: 'x'.repeat(length) });
  assert.equal(await (await send(4096)).json(), 4096);
  assert.equal((await send(4097)).status, 400);
  assert.equal((await send(100_000)).status, 400);
});
