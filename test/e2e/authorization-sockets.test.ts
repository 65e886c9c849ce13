import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { createNodeListener } from '../../src/adapters/node.js';
import { type RunningServer, startServer } from '../../src/cli/server.js';
import { createGateKit, type GateTokens, generateAuthorization } from '../helpers/authorization.js';

/** What Node answers by itself, before any code of ours runs. */
const bare =
  /^HTTP\/1\.1 (400 Bad Request|431 Request Header Fields Too Large)\r\nConnection: close\r\n\r\n$/;
/** Bytes that RFC 9110 §5.5 does not have in a field value. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const notAllowed = /[\x00-\x08\x0a-\x1f\x7f]/;
const maxHeaderBytes = 80 * 1024;

let server: RunningServer;
let tokens: GateTokens;
before(async () => {
  const kit = await createGateKit();
  tokens = kit.tokens;
  server = await startServer(createNodeListener(kit.handler), { host: '127.0.0.1', port: 0, graceMs: 0 });
});
after(() => server.close());

/** Sends these bytes and resolves with all that comes back. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    // The server closes on what it refuses, which may be before it has read everything.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

// Attack: bytes that no client library would send.
test('2 000 requests of any bytes get 200, 302, 401 or 403, or the bare refusal of the parser and for a reason', async () => {
  const seen = { ours: 0, bare: 0 };
  const statuses = new Set<number>();
  const value = fc.oneof(
    { weight: 6, arbitrary: generateAuthorization(tokens) },
    { weight: 1, arbitrary: generateAuthorization(tokens, 0) },
  );
  const name = fc.constantFrom(
    'Authorization',
    'authorization',
    'AUTHORIZATION',
    'Cookie',
    'Accept',
    'X-Forwarded-Uri',
  );
  const html = fc.constant<[string, string]>(['Accept', 'text/html']);
  const others = fc.oneof(
    { weight: 20, arbitrary: fc.array(fc.oneof(fc.tuple(name, value), html), { maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(name, value).map((header) => Array.from({ length: 300 }, () => header)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(name, fc.constant('x'.repeat(maxHeaderBytes))).map((header) => [header]),
    },
  );
  const path = fc.constantFrom('/api/v1/token/verify', '/authz/auth-request', '/authz/forward-auth');
  await fc.assert(
    fc.asyncProperty(path, value, others, async (target, authorization, headers) => {
      const lines = [['Authorization', authorization], ...headers].map(
        ([key, text]) => `${key}: ${text}\r\n`,
      );
      const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('')}`;
      const answer = await exchange(`${head}\r\n`);
      if (/^x-content-type-options: nosniff\r$/im.test(answer)) {
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
        assert.ok([200, 302, 401, 403].includes(status), answer);
        seen.ours += 1;
        statuses.add(status);
        return;
      }
      const isTooLong = head.length > maxHeaderBytes - 1024;
      const isBroken = [authorization, ...headers.map(([, text]) => text)].some((text) =>
        notAllowed.test(text),
      );
      assert.ok(isTooLong || isBroken, `refused without a reason: ${JSON.stringify(head)} ${answer}`);
      // A connection that was cut before everything was sent may lose the answer.
      assert.ok(bare.test(answer) || (answer === '' && isTooLong), answer);
      seen.bare += 1;
    }),
    { numRuns: 2000, seed: 1 },
  );
  assert.ok(seen.ours > 1000 && seen.bare > 50, JSON.stringify(seen));
  assert.deepEqual([...statuses].sort(), [200, 302, 401, 403]);
  const alive = await exchange('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(alive, /^HTTP\/1\.1 200 /);
});
