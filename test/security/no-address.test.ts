import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNextHandlers } from '../../src/adapters/next.js';
import { createNodeListener } from '../../src/adapters/node.js';
import { generateApiKey, type Otp } from '../../src/index.js';
import { hosts } from '../helpers/hosts.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';
import { sendAndReset } from '../helpers/reset.js';

const path = '/api/v1/otp/request';
const requests = 500;
const allowed = 50;
const writeBody = (person: number) => JSON.stringify({ identity: `person${person}@example.com` });

function writeRequest(person: number): string {
  const body = writeBody(person);
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  return `POST ${path} HTTP/1.1\r\n${headers}\r\n\r\n${body}`;
}

describe('500 requests from one address send at most 50 messages when each connection is reset', () => {
  const servers: Record<string, (otp: Otp) => Promise<{ url: string; close(): unknown }>> = {
    'node:http': (otp) => listen(createNodeListener(otp.handler)),
    // Without the routes that the listener asks directly.
    'node:http through a handler of the app': (otp) =>
      listen(createNodeListener((request, info) => otp.handler(request, info))),
  };
  for (const name of ['express', 'express after express.json()', 'fastify', 'hono']) {
    const start = hosts[name];
    assert.ok(start);
    servers[name] = (otp) => start(otp, { prefix: '' });
  }

  for (const [name, start] of Object.entries(servers)) {
    // Attack: send a request and reset the connection, so that the server cannot tell any more who it was.
    test(name, async (t) => {
      const { otp, inbox } = createTestOtp();
      const host = await start(otp);
      t.after(() => host.close());
      const port = Number(new URL(host.url).port);
      await sendAndReset(
        port,
        Array.from({ length: requests }, (_, person) => writeRequest(person)),
      );
      // What was accepted before these has been worked on when they are answered.
      for (let i = 0; i < 3; i++) await fetch(`${host.url}/livez`, { headers: { Connection: 'close' } });
      assert.ok(inbox.messages.length <= allowed, `${inbox.messages.length} messages were sent`);
    });
  }

  test('next, which never knows an address', async () => {
    const { otp, inbox } = createTestOtp();
    const { POST } = createNextHandlers(otp.handler);
    for (let person = 0; person < requests; person++) {
      const headers = { 'Content-Type': 'application/json' };
      await POST(
        new Request(`https://a.example${path}`, { method: 'POST', headers, body: writeBody(person) }),
      );
    }
    assert.equal(inbox.messages.length, allowed);
  });
});

describe('a request without an address counts against the budget that all of those share', () => {
  const ask = (handler: Otp['handler'], person: number, info?: Parameters<Otp['handler']>[1]) => {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-For': `198.51.100.${person}` };
    const request = new Request(`http://a.example${path}`, {
      method: 'POST',
      headers,
      body: writeBody(person),
    });
    return handler(request, info).then(({ status }) => status);
  };

  // Attack: reach the handler in a way in which nobody says who calls.
  test('at the handler, however the address is missing, and whatever X-Forwarded-For says', async () => {
    const { otp } = createTestOtp({ requestIpMax: 1, trustedProxies: ['loopback'] });
    const missing = [
      undefined,
      {},
      { remoteAddress: undefined },
      { remoteAddress: null },
      { remoteAddress: '' },
    ];
    const statuses = await Promise.all(missing.map((info, person) => ask(otp.handler, person, info)));
    assert.deepEqual(statuses.sort(), [200, 429, 429, 429, 429]);
    assert.equal(await ask(otp.handler, 9, { remoteAddress: '192.0.2.1' }), 200);
  });

  test('an operator is told once that some requests have no address', async () => {
    const warnings: string[] = [];
    const logger = { info() {}, warn: (_: unknown, message: string) => warnings.push(message), error() {} };
    const { otp } = createTestOtp({ logger });
    for (const person of [1, 2]) await ask(otp.handler, person);
    assert.equal(warnings.filter((message) => /without an address/.test(message)).length, 1);
  });

  test('a caller with an API key who names nobody is not counted', async () => {
    const { key, hash } = generateApiKey();
    const { otp } = createTestOtp({ requestIpMax: 1, apiKeyHashes: [hash] });
    for (const person of [1, 2, 3]) {
      const headers = { 'Content-Type': 'application/json', 'X-API-Key': key };
      const init = { method: 'POST', headers, body: writeBody(person) };
      for (const info of [undefined, { remoteAddress: '192.0.2.1' }]) {
        assert.notEqual((await otp.handler(new Request(`http://a.example${path}`, init), info)).status, 429);
      }
    }
  });
});

describe('an address that is named but missing counts in calls of the library', () => {
  // Attack: reset the connection before `ip: req.ip` is read.
  for (const ip of [undefined, null, '']) {
    test(`ip: ${JSON.stringify(ip)}`, async () => {
      const { otp } = createTestOtp({ requestIpMax: 1, verifyIpMax: 1 });
      assert.equal((await otp.request('alice@example.com', { ip })).status, 'sent');
      assert.equal((await otp.request('bob@example.com', { ip })).status, 'rate_limited');
      assert.equal((await otp.request('bob@example.com', { ip: 'unknown' })).status, 'rate_limited');
      assert.equal((await otp.verify('carol@example.com', '123456', { ip })).status, 'expired');
      assert.equal((await otp.verify('carol@example.com', '123456', { ip })).status, 'rate_limited');
    });
  }

  test('a call that leaves ip out is not counted', async () => {
    const { otp } = createTestOtp({ requestIpMax: 1, verifyIpMax: 1 });
    for (const person of ['alice', 'bob', 'carol']) {
      assert.equal((await otp.request(`${person}@example.com`)).status, 'sent');
      assert.equal((await otp.request(`${person}@example.com`, {})).status, 'sent');
      assert.equal((await otp.verify(`${person}@example.com`, '1234567890', {})).status, 'invalid');
    }
  });
});
