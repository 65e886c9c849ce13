import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { readPeakMemory } from '../helpers/memory.js';
import { startNginx } from '../helpers/nginx.js';
import { startService } from '../helpers/process.js';
import { openSilentConnections } from '../helpers/silent-client.js';

const connections = 24;
const bytesEach = 64 * 1024;
const allowedMiB = 60;

const write = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const body = JSON.stringify({ identity: 'alice@example.com' });
const post = `POST /api/v1/otp/request HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const targets = {
  '/docs/swagger-ui-bundle.js': write('/docs/swagger-ui-bundle.js'),
  '/openapi.json': write('/openapi.json'),
  '/sign-in': write('/sign-in'),
  'GET /api/v1/token/verify': write('/api/v1/token/verify'),
  'POST /api/v1/otp/request': post,
};

describe('clients that pipeline and read nothing cost little memory, and others are answered', () => {
  for (const [name, request] of Object.entries(targets)) {
    // Attack: 64 KiB of pipelined requests on each of 24 connections, and not a byte read back.
    test(name, async (t) => {
      const service = await startService({
        // A small young generation: what was collected late would look like memory that was held.
        NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=4',
        RATE_REQUEST_OTP_MAX: '1000',
        LOG_LEVEL: 'error',
      });
      t.after(() => service.stop('SIGKILL'));
      const isAlive = async () => (await fetch(`${service.url}/livez`)).ok;
      assert.ok(await isAlive());
      const before = readPeakMemory(service.child.pid);
      const pipelined = request.repeat(Math.floor(bytesEach / request.length));
      const port = Number(new URL(service.url).port);
      const sockets = await openSilentConnections(port, connections, pipelined);
      for (let i = 0; i < 50; i++) assert.ok(await isAlive());
      const grown = readPeakMemory(service.child.pid) - before;
      for (const socket of sockets) socket.destroy();
      assert.ok(grown < allowedMiB, `memory grew by ${grown.toFixed()} MiB`);
    });
  }
});

// Attack: nothing more than a thousand visitors of the API's page at once.
test('1 000 ordinary requests for the largest file, through nginx, hold nobody else up', async (t) => {
  const service = await startService({ NODE_OPTIONS: '--max-old-space-size=256', LOG_LEVEL: 'error' });
  t.after(() => service.stop('SIGKILL'));
  const nginx = await startNginx(
    `location / { proxy_pass ${service.url}; proxy_set_header Host localhost; }`,
  );
  t.after(() => nginx.stop());
  const { socketPath } = nginx;
  const ask = (path: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ socketPath, path, agent, headers }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          answered += 1;
          resolve(response);
        });
      }).on('error', reject);
    });
  let answered = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  t.after(() => agent.destroy());
  assert.equal((await ask('/livez')).statusCode, 200);
  const before = readPeakMemory(service.child.pid);
  let isOver = false;
  const bundles = Array.from({ length: 1000 }, () =>
    ask('/docs/swagger-ui-bundle.js', { 'Accept-Encoding': 'gzip' }),
  );
  const all = Promise.all(bundles).finally(() => {
    isOver = true;
  });
  let [alive, longest] = [0, 0];
  while (!isOver) {
    const before = answered;
    if ((await fetch(`${service.url}/livez`)).ok) alive++;
    longest = Math.max(longest, answered - before);
  }
  for (const { statusCode, headers } of await all) {
    assert.deepEqual([statusCode, headers['content-encoding']], [200, 'gzip']);
  }
  // Of the file, 50 answers may be on their way at once.
  assert.ok(longest < 300, `/livez was held up by ${longest} answers`);
  assert.ok(alive > 3, `/livez answered ${alive} times meanwhile`);
  const grown = readPeakMemory(service.child.pid) - before;
  assert.ok(grown < allowedMiB, `memory grew by ${grown.toFixed()} MiB`);
});
