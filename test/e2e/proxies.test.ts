import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Echo } from '../helpers/echo-app.js';
import { jwtSecret } from '../helpers/otp.js';
import { createSiteTokens, describeProxies, useSite } from '../helpers/proxied-site.js';
import { type Asking, acceptsPages, bearer, cookie, createKeepAlive } from '../helpers/proxy-client.js';
import { grant } from '../helpers/tokens.js';

const alice = 'alice@example.com';
const tokens = createSiteTokens();

/** A token as the service makes it. */
async function issue(identity: string, changes: object = {}, issuer = tokens): Promise<string> {
  const { accessToken } = await issuer.issue({ ...grant, identity, ...changes });
  return accessToken;
}

/** What an application reads the identity from, in every spelling of the names that some server takes for the same. */
function readIdentity(echo: Echo | null): string[] {
  const lines = (echo?.rawHeaders ?? []).flatMap((name, index, all) =>
    index % 2 === 0 ? [`${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}: ${all[index + 1]}`] : [],
  );
  return lines.filter((line) => /^remote-.*: ./.test(line)).sort();
}

const aliceLines = [`remote-email: ${alice}`, `remote-user: ${alice}`];

const forgeries = ['Remote-User', 'Remote-Email', 'Remote-Phone']
  .flatMap((name) => [name, name.replace('-', '_'), name.replace('-', '.')])
  .flatMap((name) => [name, name.toLowerCase(), name.toUpperCase(), name])
  .map((name) => [name, 'mallory@example.com'] as const);

const site = useSite({ GATE_ALLOW: '@example.com,+49,user:42' });

describeProxies('', site, (askSite) => {
  async function assertRefused(asking: Asking, expected = 401) {
    const { status, reached } = await askSite(asking);
    assert.deepEqual([status, reached], [expected, 0]);
  }

  test('a program that is not signed in gets 401, and the application hears nothing of it', async () => {
    const json = { headers: [['Accept', 'application/json']] as const };
    const post = { method: 'POST', body: 'x', headers: [acceptsPages] };
    for (const asking of [{}, json, post, { method: 'HEAD' }, { method: 'OPTIONS' }]) {
      const { status, reached, headers } = await askSite(asking);
      assert.deepEqual([status, reached], [401, 0]);
      assert.equal(headers['www-authenticate'], 'Bearer realm="stateless-otp"');
      assert.equal(headers['cache-control'], 'no-store');
    }
  });

  // Attack: an address that makes the redirect lead to another host, or ends its header.
  test('a browser that is not signed in is sent to the sign-in page of this host, with its way back', async () => {
    const ways = {
      '/': '/',
      '/a?b=c&d=%0d%0aX:%20y': '/a?b=c&d=%0d%0aX:%20y',
      '//evil.example/': '//evil.example/',
      '/\\evil.example': '/\\evil.example',
      '/https://evil.example/?rd=//x&rd=y': '/https://evil.example/?rd=//x&rd=y',
      '/b%C3%BCcher?q=%E2%9C%93&%ff=%00': '/b%C3%BCcher?q=%E2%9C%93&%ff=%00',
      [Buffer.from('/a?q=✓').toString('latin1')]: '/a?q=%E2%9C%93',
      '/{env.HOME}?{http.request.host}$host': '/{env.HOME}?{http.request.host}$host',
    };
    for (const [path, way] of Object.entries(ways)) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, reached } = await askSite({ method, path, headers: [acceptsPages] });
        assert.deepEqual([status, reached], [302, 0], path);
        const [, rd = ''] = /^\/sign-in\?rd=([\w%.!~*'()-]+)$/.exec(headers['location'] ?? '') ?? [];
        // Caddy escapes some characters of a path first, as a browser does.
        const asSent = decodeURIComponent(rd).replaceAll(/%5C|%7B|%7D/g, decodeURIComponent);
        assert.equal(asSent, way);
        assert.equal(headers['cache-control'], 'no-store');
        assert.equal(headers['x'], undefined);
      }
    }
    const tooLong = await askSite({ path: `/?${'%'.repeat(6000)}`, headers: [acceptsPages] });
    assert.deepEqual([tooLong.status, tooLong.headers['location']], [302, '/sign-in']);
  });

  test('a script that asks for a part of a page gets the 401, and no sign-in page in its place', async () => {
    for (const says of [
      ['Sec-Fetch-Mode', 'cors'],
      ['X-Requested-With', 'XMLHttpRequest'],
    ] as const) {
      const { status, reached } = await askSite({ path: '/part', headers: [acceptsPages, says] });
      assert.deepEqual([status, reached], [401, 0], says[0]);
    }
    const navigates = ['Sec-Fetch-Mode', 'navigate'] as const;
    const { status } = await askSite({ path: '/part', headers: [acceptsPages, navigates] });
    assert.equal(status, 302);
  });

  test('the application learns who it is, by the bearer header and by the session cookie', async () => {
    for (const [identity, lines] of [
      [alice, aliceLines],
      ['+4915112345678', ['remote-phone: +4915112345678', 'remote-user: +4915112345678']],
      ['user:42', ['remote-user: user:42']],
      // What would be filled in by a proxy that reads values as templates.
      [
        '{path}$host@example.com',
        ['remote-email: {path}$host@example.com', 'remote-user: {path}$host@example.com'],
      ],
    ] as const) {
      for (const prove of [bearer, cookie]) {
        const { status, echo } = await askSite({ path: '/a?b=c', headers: [prove(await issue(identity))] });
        assert.deepEqual([status, echo?.method, echo?.path], [200, 'GET', '/a?b=c']);
        assert.deepEqual(readIdentity(echo), lines);
      }
    }
  });

  // Attack: send the headers that the application believes, in every spelling that some server takes for the same.
  test('what a client says of itself never reaches the application', async () => {
    for (const [identity, lines] of [
      ['user:42', ['remote-user: user:42']],
      [alice, aliceLines],
    ] as const) {
      const token = await issue(identity);
      const { echo } = await askSite({ headers: [...forgeries, bearer(token)] });
      assert.deepEqual(readIdentity(echo), lines);
      assert.doesNotMatch(JSON.stringify(echo), /mallory/);
      for (const forgery of forgeries) {
        assert.deepEqual(readIdentity((await askSite({ headers: [forgery, bearer(token)] })).echo), lines);
      }
    }
    await assertRefused({ headers: forgeries });
    for (const forgery of forgeries) await assertRefused({ headers: [forgery] });
  });

  // Attack: name the headers in Connection, so that a proxy drops them on the way as its own.
  test('a client cannot have the identity dropped either', async () => {
    const token = await issue(alice);
    for (const value of ['Remote-User, Remote-Email', 'close, remote-user', 'keep-alive, Remote-User']) {
      const { echo } = await askSite({ headers: [['Connection', value], bearer(token)] });
      assert.deepEqual(readIdentity(echo), aliceLines);
    }
    await assertRefused({ headers: [['Connection', 'Authorization'], ...forgeries] });
  });

  // Attack: ride on a connection, to the proxy or behind it, on which someone else has shown a token.
  test('an identity does not outlive its request on a connection that is kept', async () => {
    const agent = createKeepAlive();
    try {
      const ports = new Set<number | undefined>();
      for (let round = 0; round < 5; round++) {
        for (const [identity, status] of [
          [alice, 200],
          [null, 401],
          ['user:42', 200],
          [null, 401],
        ] as const) {
          const headers = identity === null ? [] : [bearer(await issue(identity))];
          const answer = await askSite({ agent, headers, path: `/${round}` });
          ports.add(answer.localPort);
          assert.equal(answer.status, status);
          assert.equal(answer.echo?.headers['remote-user'], identity ?? undefined);
        }
      }
      assert.equal(ports.size, 1);
    } finally {
      agent.destroy();
    }
  });

  test('a token that is expired, of another purpose or of another key is refused', async () => {
    const past = createSiteTokens(() => Date.now() - 3_600_000);
    const foreign = createSiteTokens(Date.now, jwtSecret);
    for (const token of [
      await issue(alice, {}, past),
      await issue(alice, { purpose: 'payment' }),
      await issue(alice, {}, foreign),
      'x',
    ]) {
      for (const prove of [bearer, cookie]) await assertRefused({ headers: [prove(token)] });
      const { status } = await askSite({ headers: [cookie(token), acceptsPages] });
      assert.equal(status, 302);
    }
    const { headers } = await askSite({ headers: [bearer('x')] });
    assert.match(String(headers['www-authenticate']), /^Bearer realm="stateless-otp"/);
  });

  test('a revoked token is refused from then on', async () => {
    const token = await issue(alice);
    assert.equal((await askSite({ headers: [bearer(token)] })).status, 200);
    const body = new URLSearchParams({ token });
    assert.equal((await fetch(`${site.service.url}/oauth/revoke`, { method: 'POST', body })).status, 200);
    for (const prove of [bearer, cookie]) await assertRefused({ headers: [prove(token)] });
  });

  // Attack: a neighbour under the same domain sets a cookie without the prefix, which a browser lets it do.
  test('a session cookie without its prefix is refused', async () => {
    await assertRefused({ headers: [['Cookie', `otp_session=${await issue(alice)}`]] });
  });

  test('who is signed in and may not enter gets 403, and no redirect that would lead round and round', async () => {
    for (const identity of ['mallory@evil.example', '+12025550123', 'user:43']) {
      const token = await issue(identity);
      for (const prove of [bearer, cookie]) {
        await assertRefused({ headers: [prove(token), acceptsPages] }, 403);
      }
    }
  });

  // Attack: begin with the path of the sign-in page, and climb from it in ways that the proxy and the service count differently.
  test('nothing else that the service serves answers here, however its path is spelled', async () => {
    const climbs = [
      'a%2fb/../..',
      'a%2Fb/%2e%2e/..',
      'a%2f%2e%2e%2fb/..',
      '..',
      '%2e%2e',
      '..%2f.',
      './/..',
      'a/..;/..',
    ];
    for (const page of ['/sign-in', '/sign-out']) {
      for (const climb of climbs) {
        for (const target of [
          'docs',
          'readyz',
          'openapi.json',
          'api/v1/token/verify',
          'authz/auth-request',
        ]) {
          const path = `${page}/${climb}/${target}`;
          const { status, headers, reached } = await askSite({ path, headers: [acceptsPages] });
          assert.ok([302, 400, 404].includes(status), `${path}: ${status}`);
          assert.match(headers['location'] ?? '/sign-in', /^\/sign-in/);
          assert.equal(reached, 0);
        }
      }
    }
  });
});
