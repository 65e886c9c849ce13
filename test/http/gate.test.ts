import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OtpOptions } from '../../src/index.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';
const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

async function signIn(options: Partial<OtpOptions> = {}, identity = alice, session = false) {
  const kit = createTestOtp({ purposes: ['sign-in', 'payment'], ...options });
  const result = await kit.otp.verify(identity, await kit.obtain(identity), { session });
  if (result.status !== 'valid') throw new Error(`expected valid, got ${result.status}`);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    kit.otp.handler(new Request(`http://localhost/authz/${path}`, { headers }));
  return {
    ...kit,
    ask,
    token: result.accessToken,
    bearer: { Authorization: `Bearer ${result.accessToken}` },
  };
}

const readIdentity = ({ headers }: Response) =>
  ['remote-user', 'remote-email', 'remote-phone'].map((name) => headers.get(name));

describe('the gate', () => {
  test('lets in who is signed in, by bearer or by cookie, and names whom in all three headers', async () => {
    for (const [identity, expected] of [
      [alice, [alice, alice, '']],
      ['+4915112345678', ['+4915112345678', '', '+4915112345678']],
      ['user:42', ['user:42', '', '']],
    ] as const) {
      const { ask, token, bearer } = await signIn({}, identity);
      for (const path of ['auth-request', 'forward-auth']) {
        for (const headers of [
          bearer,
          { Cookie: `a=b; __Host-otp_session=${token}; c=d` },
          { ...bearer, Cookie: '__Host-otp_session=x' },
          { Authorization: 'Bearer of.another.kind', Cookie: `__Host-otp_session=${token}` },
          { Authorization: 'Basic dTpw', Cookie: `__Host-otp_session=${token}` },
        ]) {
          const response = await ask(path, headers);
          assert.equal(response.status, 200);
          assert.deepEqual(readIdentity(response), expected);
          assert.deepEqual(await response.json(), { active: true });
        }
      }
    }
  });

  // Attack: a neighbour sets a cookie for the whole domain under a name that browsers do not see as `__Host-` and that
  // becomes it where blanks of any kind are cut off, or attributes of old standards are read.
  test('takes no cookie whose name only becomes the right one', async () => {
    const { ask, token } = await signIn();
    const blanks = ['\u00A0', '\u0085', '\u000B', '\u000C', '$Version=1,', '"', '%20'];
    const names = blanks.flatMap((blank) => [`${blank}__Host-otp_session`, `__Host-otp_session${blank}`]);
    for (const name of [
      ...names,
      '=__Host-otp_session',
      '__host-otp_session',
      '__Secure-otp_session',
      '__Host-otp%5Fsession',
    ]) {
      assert.equal((await ask('auth-request', { Cookie: `a=b; ${name}=${token}` })).status, 401, name);
    }
  });

  // Attack: say of oneself what applications believe of a proxy, where the proxy removes only the names that it knows.
  test('lets nobody in with an identity header that it does not set itself', async () => {
    const { ask, bearer } = await signIn();
    const names = [
      'Remote-Groups',
      'remote-name',
      'REMOTE-ROLES',
      'Remote_User',
      'Remote.Email',
      'Remote-Anything-Else',
    ];
    for (const path of ['auth-request', 'forward-auth']) {
      for (const name of names) {
        for (const value of ['admin', '']) {
          assert.equal((await ask(path, { ...bearer, [name]: value })).status, 403, name);
          assert.equal((await ask(path, { [name]: value })).status, 401, name);
        }
      }
      for (const name of ['Remote-User', 'remote-email', 'REMOTE-PHONE', 'Remotely', 'X-Remote-Groups']) {
        assert.equal((await ask(path, { ...bearer, [name]: 'mallory' })).status, 200, name);
      }
    }
  });

  // Attack: come with the wrong thing.
  test('lets nobody else in', async () => {
    const { otp, obtain, ask, token, bearer, clock } = await signIn();
    const payment = await otp.verify(alice, await obtain(alice, { purpose: 'payment' }), {
      purpose: 'payment',
    });
    assert.ok(payment.status === 'valid');
    const wrong = [
      {},
      { Cookie: `otp_session=${token}` },
      { Cookie: `__Secure-otp_session=${token}` },
      { Cookie: `__host-otp_session=${token}` },
      { Cookie: `x__Host-otp_session=${token}` },
      { Cookie: `__Host-otp_session=${token}x` },
      { Authorization: token },
      { Authorization: `Basic ${token}` },
      { Authorization: `Bearer ${payment.accessToken}` },
      { Cookie: `__Host-otp_session=${payment.accessToken}` },
      { 'Remote-User': alice },
    ];
    const expectNobody = async (headers: Record<string, string>) => {
      for (const path of ['auth-request', 'forward-auth']) {
        const response = await ask(path, headers);
        assert.equal(response.status, 401, JSON.stringify(headers));
        assert.deepEqual(readIdentity(response), [null, null, null]);
        assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer /);
        assert.deepEqual(await response.json(), { active: false });
      }
    };
    for (const headers of wrong) await expectNobody(headers);
    assert.equal((await ask('auth-request', bearer)).status, 200);
    await otp.revoke(token);
    await expectNobody(bearer);
    const next = await otp.verify(alice, await obtain(alice));
    assert.ok(next.status === 'valid');
    clock.advance(900_000);
    await expectNobody({ Authorization: `Bearer ${next.accessToken}` });
  });

  test('tells who may not enter, at once when the rules change', async () => {
    const { token, bearer } = await signIn();
    for (const [gateAllow, status] of [
      [['@example.com'], 200],
      [['bob@example.com', '@example.org', '+49'], 403],
    ] as const) {
      const { otp } = createTestOtp({ gateAllow });
      for (const path of ['auth-request', 'forward-auth']) {
        for (const headers of [bearer, { ...browser, Cookie: `__Host-otp_session=${token}` }]) {
          const response = await otp.handler(new Request(`http://localhost/authz/${path}`, { headers }));
          assert.equal(response.status, status);
          assert.equal(response.headers.get('remote-user'), status === 200 ? alice : null);
        }
      }
    }
  });

  test('shows a browser the way to the sign-in page, and nobody else', async () => {
    const { ask } = await signIn();
    const from = (uri: string) => ({
      'X-Forwarded-Uri': uri,
      'X-Forwarded-Host': 'app.example.com',
      'X-Forwarded-Proto': 'https',
    });
    for (const uri of [
      '/',
      '/a?b=c&d=e#f',
      '//evil.example',
      '/%0d%0aX: y',
      'https://evil.example/',
      '/ü"<',
    ]) {
      const response = await ask('forward-auth', { ...browser, ...from(encodeURI(uri)) });
      assert.equal(response.status, 302);
      const location = response.headers.get('location') ?? '';
      assert.match(location, /^\/sign-in\?rd=[\w%.~!*'()-]*$/);
      assert.equal(new URL(location, 'https://x').searchParams.get('rd'), encodeURI(uri));
    }
    assert.equal((await ask('auth-request', { ...browser, ...from('/') })).status, 401);
    for (const other of [
      { Accept: 'application/json' },
      { Accept: '*/*' },
      {},
      { ...browser, 'X-Forwarded-Method': 'POST' },
      { ...browser, 'X-Forwarded-Method': 'DELETE' },
    ]) {
      assert.equal((await ask('forward-auth', { ...from('/'), ...other })).status, 401);
    }
  });

  // Reported of other gates: a table that a script reloads shows the sign-in page in its place once the session has ended.
  test('sends no script that asks for a part of a page to the sign-in page', async () => {
    const { ask } = await signIn();
    const html = { Accept: 'text/html, */*; q=0.01', 'X-Forwarded-Uri': '/part' };
    for (const script of [
      { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Mode': 'same-origin', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' },
      // Browsers do not say it over plain http, but jQuery and others do.
      { 'X-Requested-With': 'XMLHttpRequest' },
    ]) {
      assert.equal((await ask('forward-auth', { ...html, ...script })).status, 401, JSON.stringify(script));
    }
    for (const person of [
      { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
      { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
      // Web views on Android name their application.
      { 'X-Requested-With': 'com.example.app' },
      { 'Sec-Fetch-Mode': '', 'X-Requested-With': '' },
    ]) {
      assert.equal((await ask('forward-auth', { ...html, ...person })).status, 302, JSON.stringify(person));
    }
  });

  test('sends browsers of a shared sign-in to the one page, with the whole way back', async () => {
    const { otp } = createTestOtp({ cookieDomain: 'example.com', publicUrl: 'https://login.example.com/' });
    const response = await otp.handler(
      new Request('http://localhost/authz/forward-auth', {
        headers: {
          ...browser,
          'X-Forwarded-Proto': 'https',
          'X-Forwarded-Host': 'app.example.com',
          'X-Forwarded-Uri': '/a?b=c',
        },
      }),
    );
    assert.equal(
      response.headers.get('location'),
      `https://login.example.com/sign-in?rd=${encodeURIComponent('https://app.example.com/a?b=c')}`,
    );
  });

  test('renews the cookie of a session in the second half of its life, and no bearer', async () => {
    const { otp, ask, token, bearer, clock } = await signIn({ refreshTokenTtlSeconds: 3600 }, alice, true);
    const cookie = { Cookie: `__Host-otp_session=${token}` };
    clock.advance(450_000);
    assert.equal((await ask('auth-request', cookie)).headers.get('set-cookie'), null);
    clock.advance(1000);
    assert.equal((await ask('auth-request', bearer)).headers.get('set-cookie'), null);
    const set = (await ask('auth-request', cookie)).headers.get('set-cookie') ?? '';
    const [, renewed = ''] =
      /^__Host-otp_session=([\w.-]+); Max-Age=900; Path=\/; HttpOnly; Secure; SameSite=Lax$/.exec(set) ?? [];
    const check = await otp.verifyToken(renewed);
    assert.ok(check.active && check.claims.sub === alice);
    clock.advance(449_000);
    assert.equal((await ask('auth-request', cookie)).status, 401);
    assert.equal((await ask('auth-request', { Cookie: `__Host-otp_session=${renewed}` })).status, 200);
  });

  test('continues without the store, by the signature', async () => {
    const { OtpError } = await import('../../src/errors.js');
    const { createMemoryStore } = await import('../../src/stores/memory.js');
    const down = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));
    const { bearer } = await signIn();
    const store = { ...createMemoryStore(), claimed: down, ended: down, exchange: down };
    for (const [revocationRequired, status] of [
      [false, 200],
      [true, 401],
    ] as const) {
      const { otp } = createTestOtp({ store, revocationRequired });
      const response = await otp.handler(
        new Request('http://localhost/authz/auth-request', { headers: bearer }),
      );
      assert.equal(response.status, status);
    }
  });
});
