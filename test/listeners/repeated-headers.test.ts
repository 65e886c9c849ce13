import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import express from 'express';
import fc from 'fast-check';
import { requireToken } from '../../src/adapters/express.js';
import type { OtpOptions } from '../../src/index.js';
import { createGateFile } from '../helpers/gate-file.js';
import { listen } from '../helpers/listen.js';
import { listeners, type StartListener } from '../helpers/listeners.js';
import { createTestOtp } from '../helpers/otp.js';
import { exchange } from '../helpers/raw-http.js';
import { spellings } from './requests.js';

async function start(t: TestContext, startListener: StartListener, options: Partial<OtpOptions> = {}) {
  const parts = createTestOtp({ gateAllow: ['@example.com'], ...options });
  const { port, close } = await startListener(parts.otp);
  t.after(close);
  const signIn = async () => {
    const result = await parts.otp.verify('alice@example.com', await parts.obtain('alice@example.com'));
    return result.status === 'valid' ? result.accessToken : assert.fail(result.status);
  };
  const ask = async (requestLine: string, lines: readonly string[], body = '') => {
    const head = [`${requestLine} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines];
    const [answer] = await exchange(port, `${head.join('\r\n')}\r\n\r\n${body}`);
    return answer?.status;
  };
  return { ...parts, ask, signIn };
}

for (const [name, startListener] of Object.entries<StartListener>(listeners)) {
  describe(name, () => {
    // Attack: send several credentials, of which the proxy checks one and the service another.
    test('a bearer token counts exactly when it comes alone, on every spelling of the path', async (t) => {
      const { ask, signIn } = await start(t, startListener);
      const token = await signIn();
      const path = fc.constantFrom('/authz/auth-request', '/authz/forward-auth', '/api/v1/token/verify');
      const spell = fc.constantFrom(...Object.values(spellings));
      const credential = fc.constantFrom(`Bearer ${token}`, `bearer  ${token}`, 'Bearer x', 'Basic eDp4', '');
      const authorization = fc.tuple(
        fc.constantFrom('Authorization', 'authorization', 'AUTHORIZATION'),
        credential,
      );
      const other = fc.tuple(
        fc.constantFrom('X-Authorization', 'Accept', 'Authorizatio'),
        fc.constantFrom(`Bearer ${token}`, 'x'),
      );
      await fc.assert(
        fc.asyncProperty(
          path,
          spell,
          fc.array(fc.oneof(authorization, other), { maxLength: 4 }),
          async (target, write, headers) => {
            const lines = headers.map(([key, value]) => `${key}: ${value}`);
            const sent = headers.filter(([key]) => /^authorization$/i.test(key));
            const isValid = sent.length === 1 && sent[0]?.[1].endsWith(token);
            assert.equal(await ask(`GET ${write(target)}`, lines), isValid ? 200 : 401);
          },
        ),
        { numRuns: 100, seed: 1 },
      );
    });

    test('a logout with two Authorization headers ends neither token', async (t) => {
      const { ask, otp, signIn } = await start(t, startListener);
      const token = await signIn();
      const logout = (lines: readonly string[]) =>
        ask('POST /api/v1/token/logout', [...lines, 'Content-Length: 0']);
      const line = `Authorization: Bearer ${token}`;
      assert.equal(await logout([line, 'Authorization: Bearer x']), 200);
      assert.equal((await otp.verifyToken(token)).active, true);
      assert.equal(await logout([line]), 200);
      assert.equal((await otp.verifyToken(token)).active, false);
    });

    // Attack: say twice where a request goes, once of a public path.
    test('where a request goes counts exactly when it is said once, in one line', async (t) => {
      const { path: gateFile } = createGateFile({ hosts: { 'a.example': { public: ['/pub'] } } });
      const { ask } = await start(t, startListener, { gateAllow: [], gateFile });
      // Not an empty line after another: where lines are joined and trimmed, nothing but a comma is left of it.
      const said = fc.constantFrom('https://a.example/pub', 'https://a.example/pub/x', 'https://a.example/');
      const line = fc.tuple(fc.constantFrom('X-Original-URL', 'x-original-url', 'X-ORIGINAL-URL'), said);
      const split = fc.tuple(
        fc.constantFrom('X-Forwarded-Host', 'X-Forwarded-Uri', 'x-forwarded-uri'),
        fc.constantFrom('a.example', '/pub', '/pub/x'),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(line, split), { maxLength: 3 }), async (headers) => {
          const lines = headers.map(([key, value]) => `${key}: ${value}`);
          const valuesOf = (name: string) =>
            headers.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
          const [urls, hosts, uris] = [
            valuesOf('x-original-url'),
            valuesOf('x-forwarded-host'),
            valuesOf('x-forwarded-uri'),
          ];
          const isUrl = urls.length === 1 && urls[0]?.includes('/pub') === true;
          const isSplit =
            hosts.join() === 'a.example' && uris.length === 1 && uris[0]?.startsWith('/pub') === true;
          assert.equal(await ask('GET /authz/auth-request', lines), isUrl ? 200 : 401);
          assert.equal(await ask('GET /authz/forward-auth', lines), isSplit ? 200 : 401);
        }),
        { numRuns: 60, seed: 15 },
      );
    });

    // Attack: put a line of one's own before the one that the proxy adds.
    test('of several X-Forwarded-For lines the last address counts that no trusted proxy has', async (t) => {
      const { ask } = await start(t, startListener, { requestIpMax: 1, trustedProxies: ['loopback'] });
      const request = (person: number, addresses: readonly string[]) => {
        const body = `{"identity":"person${person}@example.com"}`;
        const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
        const forwarded = addresses.map((address) => `X-Forwarded-For: ${address}`);
        return ask(`POST /api/v1/otp/request${person % 2 ? '' : '?'}`, [...lines, ...forwarded], body);
      };
      assert.equal(await request(1, ['198.51.100.1', '203.0.113.7']), 200);
      assert.equal(await request(2, ['198.51.100.2', '203.0.113.7']), 429);
      assert.equal(await request(3, ['198.51.100.3', '203.0.113.7', '127.0.0.1']), 429);
      assert.equal(await request(4, ['203.0.113.7', '198.51.100.4']), 200);
    });

    // Attack: send a header in which other proxies put the address, through one that sets X-Forwarded-For alone.
    test('no other header says who calls', async (t) => {
      const { ask } = await start(t, startListener, { requestIpMax: 1, trustedProxies: ['loopback'] });
      const request = (person: number, lines: readonly string[]) => {
        const body = `{"identity":"person${person}@example.com"}`;
        const all = ['Content-Type: application/json', `Content-Length: ${body.length}`, ...lines];
        return ask(`POST /api/v1/otp/request${person % 2 ? '' : '?'}`, all, body);
      };
      assert.equal(await request(0, []), 200);
      for (const [at, line] of [
        'Forwarded: for=198.51.100.1',
        'Forwarded: for="[2001:db8::1]:443";proto=https',
        ...['Real-IP', 'Client-IP', 'Cluster-Client-IP', 'Forwarded', 'Envoy-External-Address'].map(
          (name) => `X-${name}: 198.51.100.2`,
        ),
        ...['True-Client-IP', 'CF-Connecting-IP', 'Fastly-Client-IP'].map((name) => `${name}: 198.51.100.3`),
      ].entries()) {
        for (const person of [2 * at + 1, 2 * at + 2]) assert.equal(await request(person, [line]), 429, line);
      }
    });
  });
}

for (const name of ['express', 'fastify', 'hono'] as const) {
  test(`${name}: a guard lets nobody through who sends two Authorization headers`, async (t) => {
    const { ask, signIn } = await start(t, listeners[name]);
    const line = `Authorization: Bearer ${await signIn()}`;
    assert.equal(await ask('GET /me', [line]), 200);
    for (const lines of [
      [line, line],
      [line, 'authorization: Bearer x'],
      ['AUTHORIZATION:', line],
    ]) {
      assert.equal(await ask('GET /me', lines), 401);
    }
  });
}

test('express: a guard goes by what a middleware of the app has made of the header', async (t) => {
  const { otp, obtain } = createTestOtp();
  const result = await otp.verify('alice@example.com', await obtain('alice@example.com'));
  const token = result.status === 'valid' ? result.accessToken : '';
  const app = express();
  app.use((req, _res, next) => {
    req.headers.authorization = `Bearer ${req.headers['x-token']}`;
    next();
  });
  app.get('/me', requireToken(otp), (req, res) => void res.json(req.claims?.sub));
  const { url, close } = await listen(app);
  t.after(close);
  const response = await fetch(`${url}/me`, { headers: { 'X-Token': token } });
  assert.deepEqual([response.status, await response.json()], [200, 'alice@example.com']);
});
