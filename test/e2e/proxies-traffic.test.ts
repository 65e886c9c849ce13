import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createNodeListener } from '../../src/adapters/node.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { type Echo, startEchoApp } from '../helpers/echo-app.js';
import { createTestOtp } from '../helpers/otp.js';
import { proxies, type RunningProxy, site } from '../helpers/proxies.js';
import { acceptsPages, ask, bearer, cookie, upgrade } from '../helpers/proxy-client.js';
import { findFreePort } from '../helpers/redis.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const session = { ...grant, isSession: true };
/** Whose claims fill a token. */
const hoarder = 'hoarder@example.com';

/** The service in this process, with a clock that the test moves, and what it was asked. */
async function startGate() {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const refreshSeconds = 3600;
  const { otp } = createTestOtp({
    clock,
    store,
    refreshTokenTtlSeconds: refreshSeconds,
    claims: async (identity) => (identity === hoarder ? { groups: 'g'.repeat(2660) } : {}),
  });
  const { tokens } = createTestTokens({ clock, store, refreshTtlSeconds: refreshSeconds });
  const listener = createNodeListener(otp.handler);
  const asked: Pick<Echo, 'method' | 'path' | 'headers'>[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, headers });
    listener(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    countConnections: () => connections,
    clock,
    tokens,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

let gate: Awaited<ReturnType<typeof startGate>>;
let app: Awaited<ReturnType<typeof startEchoApp>>;

before(async () => {
  gate = await startGate();
  app = await startEchoApp();
});
after(async () => {
  await gate?.close();
  await app?.close();
});

async function issue(): Promise<string> {
  return (await gate.tokens.issue(grant)).accessToken;
}

for (const [name, start] of Object.entries(proxies)) {
  describe(`behind ${name}`, () => {
    let proxy: RunningProxy;
    before(async () => {
      proxy = await start({ service: gate.port, app: app.port });
    });
    after(() => proxy?.stop());

    test('the renewal of a session reaches the browser, next to the cookies of the application', async () => {
      const { accessToken } = await gate.tokens.issue(session);
      const early = await ask(proxy.port, { headers: [cookie(accessToken)] });
      assert.deepEqual(early.headers['set-cookie'], ['app=1']);
      gate.clock.advance(500_000);
      const late = await ask(proxy.port, { headers: [cookie(accessToken)] });
      const renewed = late.headers['set-cookie']?.find((line) => line !== 'app=1') ?? '';
      assert.equal(late.headers['set-cookie']?.length, 2);
      assert.match(
        renewed,
        /^__Host-otp_session=[\w.-]+; Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      assert.deepEqual([late.status, late.echo?.headers['remote-user']], [200, grant.identity]);
      gate.clock.advance(500_000);
      assert.equal((await ask(proxy.port, { headers: [cookie(accessToken)] })).status, 401);
      const next = /=([^;]+)/.exec(renewed)?.[1] ?? '';
      assert.equal((await ask(proxy.port, { headers: [cookie(next)] })).status, 200);
    });

    test('bodies arrive whole, and what is asked of the gate has none', async () => {
      const token = await issue();
      const body = 'x'.repeat(300_000);
      for (const headers of [[bearer(token)], [bearer(token), ['Expect', '100-continue'] as const]]) {
        const { status, echo } = await ask(proxy.port, { method: 'POST', path: '/form', body, headers });
        assert.deepEqual([status, echo?.method, echo?.body === body], [200, 'POST', true]);
      }
      const { method, headers } = gate.asked.at(-1) ?? {};
      assert.match(method ?? '', /^(GET|HEAD)$/);
      assert.equal(headers?.['transfer-encoding'], undefined);
      assert.equal(headers?.['content-length'] ?? '0', '0');
    });

    test('every method reaches the application as it is', async () => {
      const token = await issue();
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const { status } = await ask(proxy.port, { method, headers: [bearer(token)] });
        assert.deepEqual([status, app.received.at(-1)?.method], [200, method]);
      }
    });

    test('an upgrade is granted with a token and refused without', async () => {
      assert.equal(await upgrade(proxy.port, { headers: [bearer(await issue())] }, 'hello'), 'hello');
      assert.equal(app.received.at(-1)?.headers['remote-user'], grant.identity);
      const already = app.received.length;
      assert.equal(await upgrade(proxy.port, { headers: [acceptsPages] }, 'hello'), 302);
      assert.equal(await upgrade(proxy.port, {}, 'hello'), 401);
      assert.equal(app.received.length, already);
    });

    test('a token of almost the 4000 characters that it may have passes as header and as cookie, and as one that is renewed', async () => {
      const first = await gate.tokens.issue({ ...session, identity: hoarder });
      gate.clock.advance(500_000);
      const { headers } = await ask(proxy.port, { headers: [cookie(first.accessToken)] });
      const token = /otp_session=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? '';
      assert.ok(token.length > 3900 && token.length <= 4000, String(token.length));
      for (const prove of [bearer, cookie]) {
        const { status, echo } = await ask(proxy.port, { headers: [prove(token)] });
        assert.deepEqual([status, echo?.headers['remote-user']], [200, hoarder]);
      }
    });

    // Attack: tell the service of another address, host or method than those of the request.
    test('what the service is told of a request is what the proxy saw', async () => {
      const lies = [
        ['X-Forwarded-For', '198.51.100.1'],
        ['X-Forwarded-Host', 'evil.example'],
        ['X-Forwarded-Proto', 'http'],
        ['X-Forwarded-Uri', '//evil.example/'],
        ['x-forwarded-uri', '//evil.example/'],
        ['X_Forwarded_Uri', '//evil.example/'],
        ['X-Forwarded_For', '198.51.100.1'],
        ['X-Forwarded-Method', 'GET'],
      ] as const;
      const names = lies.map(([name]) => name).join(', ');
      const from = '127.0.0.2';
      // Named in Connection, headers are dropped on the way as the proxy's own.
      for (const headers of [lies, [...lies, ['Connection', names] as const]]) {
        const gone = await ask(proxy.port, { path: '/a?b', headers: [...headers, acceptsPages], from });
        assert.deepEqual([gone.status, gone.headers['location']], [302, '/sign-in?rd=%2Fa%3Fb']);
        const post = { method: 'POST', body: 'x', from };
        const posted = await ask(proxy.port, { ...post, headers: [...headers, acceptsPages] });
        assert.equal(posted.status, 401);
        const told = gate.asked.at(-1)?.headers ?? {};
        assert.deepEqual(
          ['host', 'method', 'proto', 'uri'].map((what) => told[`x-forwarded-${what}`]),
          [site, 'POST', 'https', '/'],
        );
        const { echo } = await ask(proxy.port, { ...post, headers: [...headers, bearer(await issue())] });
        assert.deepEqual(
          ['for', 'host', 'method', 'proto', 'uri'].map(
            (what) => echo?.headers[`x-forwarded-${what}`] ?? null,
          ),
          [from, site, null, 'https', null],
        );
        assert.doesNotMatch(JSON.stringify(echo?.rawHeaders), /evil\.example|198\.51/);
      }
    });

    test('the sign-in page is asked without a token, and told the address of the person', async () => {
      const reached = app.received.length;
      const spoofed = ['X-Forwarded-For', '198.51.100.1'] as const;
      const dropped = ['Connection', 'X-Forwarded-For'] as const;
      for (const path of ['/sign-in?rd=%2Fa', '/sign-in/code', '/sign-in/assets/page.js', '/sign-out']) {
        const from = '127.0.0.3';
        await ask(proxy.port, { path, headers: [spoofed, dropped, acceptsPages], from });
        await ask(proxy.port, { method: 'POST', path, body: 'a=b', headers: [spoofed], from });
        const [get, post] = gate.asked.slice(-2);
        assert.deepEqual([get?.method, get?.path, post?.method, post?.path], ['GET', path, 'POST', path]);
        assert.deepEqual([get?.headers['x-forwarded-for'], post?.headers['x-forwarded-for']], [from, from]);
        assert.deepEqual([post?.headers.host, post?.headers['content-length']], [site, '3']);
      }
      assert.equal(app.received.length, reached);
    });

    // Attack: reach, under the host of the application, what else the service serves, or the application past the gate.
    test('nothing but the sign-in page is open', async () => {
      const closed = [
        '/authz/auth-request',
        '/authz/forward-auth',
        '/api/v1/otp/request',
        '/oauth/introspect',
        '/docs',
        '/livez',
        '/sign-inner',
        '/sign-in.php',
        '/sign-outer',
      ];
      const crooked = [
        '/otp-gate',
        '/sign-in/../livez',
        '/sign-in/%2e%2e/livez',
        '/sign-in/..%2flivez',
        '/sign-out/../livez',
        '//sign-in/../livez',
        '/sign-in;/../livez',
        '/x/../%73ign-in/../livez',
      ];
      for (const path of [...closed, ...crooked]) {
        const expected = crooked.includes(path) ? [400, 401, 404] : [401];
        const already = app.received.length;
        const { status, text } = await ask(proxy.port, { path });
        assert.equal(app.received.length, already, path);
        assert.ok(expected.includes(status), `${path}: ${status}`);
        assert.doesNotMatch(text, /"status":"ok"|swagger|"active":true/, path);
        const signedIn = await ask(proxy.port, { path, headers: [bearer(await issue())] });
        assert.equal(signedIn.headers['remote-user'], undefined, path);
        assert.ok(!gate.asked.some(({ path: reached }) => /^\/(livez|docs|api|oauth)/.test(reached)), path);
      }
    });

    // Attack: make the service unreachable, and walk in.
    test('without the service nobody gets through', async () => {
      const alone = await start({ service: await findFreePort(), app: app.port });
      try {
        const already = app.received.length;
        for (const headers of [[], [acceptsPages], [bearer(await issue())], [cookie(await issue())]]) {
          const { status } = await ask(alone.port, { headers });
          assert.ok(status >= 500, String(status));
        }
        assert.equal(app.received.length, already);
      } finally {
        await alone.stop();
      }
    });
  });
}

test('nginx asks the gate over connections that it keeps', async () => {
  const proxy = await proxies.nginx({ service: gate.port, app: app.port });
  try {
    const headers = [bearer(await issue())];
    const before = gate.countConnections();
    for (let i = 0; i < 30; i++) assert.equal((await ask(proxy.port, { headers })).status, 200);
    const opened = gate.countConnections() - before;
    assert.ok(opened < 15, `${opened} connections for 30 requests`);
  } finally {
    await proxy.stop();
  }
});
