import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createNodeListener, type NodeListenerOptions } from '../../src/adapters/node.js';
import { startServer } from '../../src/cli/server.js';
import '../helpers/fresh-connections.js';
import { createTestOtp } from '../helpers/otp.js';
import { openSilentConnections } from '../helpers/silent-client.js';
import { until } from '../helpers/until.js';

const getBundle = 'GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: a\r\n\r\n';
/** More of them than the operating system takes for a client that reads nothing. */
const requests = getBundle.repeat(20);

/** Servers whose sockets the test can see. */
async function start(t: TestContext, listenerOptions: NodeListenerOptions) {
  const { handler } = createTestOtp({ unsafeInsecureCookies: true }).otp;
  const server = createServer(createNodeListener(handler, listenerOptions)).listen(0, '127.0.0.1');
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, open, isAlive: async () => (await fetch(`http://127.0.0.1:${port}/livez`)).ok };
}

describe('a client that does not read its answers is cut', () => {
  // Without the direct route, answers are written by another part.
  for (const [name, wrap] of [
    ['at a route of the API', false],
    ['at a handler of the app', true],
  ] as const) {
    // Attack: ask for large files and leave the answers unread, so that they and the connection are held for ever.
    test(`one that reads nothing, ${name}`, async (t) => {
      const { otp } = createTestOtp();
      const handler: typeof otp.handler = wrap ? (request, info) => otp.handler(request, info) : otp.handler;
      const server = createServer(createNodeListener(handler, { stalledTimeoutMs: 100 })).listen(
        0,
        '127.0.0.1',
      );
      t.after(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const clients = await openSilentConnections(port, 3, requests);
      t.after(() => clients.map((client) => client.destroy()));
      await until('the server has let go of all of them', async () => (await countConnections(server)) === 0);
    });
  }

  // Attack: read a byte a second.
  test('one that reads a byte now and then', async (t) => {
    const { port, open, isAlive } = await start(t, { stalledTimeoutMs: 100 });
    const [client] = await openSilentConnections(port, 1, requests);
    assert.ok(client);
    const timer = setInterval(() => client.read(1), 10);
    t.after(() => {
      clearInterval(timer);
      client.destroy();
    });
    assert.ok(await isAlive());
    await until('it has been cut', () => ![...open].some((socket) => socket.remotePort === client.localPort));
  });

  test('but not one that is slow and reads on', async (t) => {
    const { port } = await start(t, { stalledTimeoutMs: 60_000 });
    const client = connect(port, '127.0.0.1', () =>
      client.write(getBundle.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')),
    );
    let length = 0;
    for await (const chunk of client) {
      length += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(length > 1_000_000);
  });

  test('nor one that waits for an answer longer than that', async (t) => {
    const { otp } = createTestOtp();
    let answer = () => {};
    const isHeld = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const slow = async (request: Request) => {
      await isHeld;
      return otp.handler(request, { remoteAddress: '192.0.2.1' });
    };
    const server = createServer(createNodeListener(slow, { stalledTimeoutMs: 1 })).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = fetch(`http://127.0.0.1:${port}/livez`, { headers: { Connection: 'close' } });
    setTimeout(answer, 50);
    assert.equal((await asked).status, 200);
  });
});

test('a client that has sent everything and closed its half is let go', async (t) => {
  const { port, open, isAlive } = await start(t, {});
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => client.end(requests));
  client.on('error', () => {});
  client.resume();
  await until('it has been let go', () => client.destroyed || client.readableEnded);
  client.destroy();
  assert.ok(await isAlive());
  await until(
    'no connection of it is left',
    () => ![...open].some(({ remotePort }) => remotePort === client.localPort),
  );
});

// Attack: open connections until the process has no memory or descriptors left.
test('connections over the cap are closed, the others served, and the operator is told once', async (t) => {
  let told = 0;
  const server = await startServer(createNodeListener(createTestOtp().otp.handler), {
    host: '127.0.0.1',
    port: 0,
    graceMs: 0,
    headersTimeoutMs: 120_000,
    requestTimeoutMs: 120_000,
    maxConnections: 16,
    onRefused: () => told++,
  });
  t.after(() => server.close());
  const clients: Socket[] = [];
  for (let i = 0; i < 16; i++) {
    const client = connect(server.port, '127.0.0.1');
    client.on('error', () => {});
    client.resume();
    await once(client, 'connect');
    clients.push(client);
  }
  t.after(() => clients.map((client) => client.destroy()));
  for (let i = 0; i < 10; i++) {
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/livez`));
  }
  const [first] = clients;
  first?.write('GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [answer] = await once(first as Socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 200/);
  await once(first as Socket, 'close');
  await until('there is room again', () =>
    fetch(`http://127.0.0.1:${server.port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  assert.equal(told, 1);
});

function countConnections(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
