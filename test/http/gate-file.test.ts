import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pollMs } from '../../src/gate-file/watch.js';
import type { OtpOptions } from '../../src/index.js';
import { settle } from '../helpers/clock.js';
import { createGateFile } from '../helpers/gate-file.js';
import { createTestOtp } from '../helpers/otp.js';
import { keepLines } from '../helpers/outcomes.js';
import { until } from '../helpers/until.js';

const [alice, bob, eve] = ['alice@example.com', 'bob@example.com', 'eve@evil.example'];
const rules = {
  hosts: {
    'app.example.com': { allow: ['@example.com', '+49'], public: ['/healthz'] },
    '*.lab.example.com': { allow: [bob] },
    'open.example.com': { allow: ['*'] },
  },
  groups: { admins: [alice], staff: [alice, bob] },
  names: { [alice]: 'Alice' },
};
const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

type Route = 'auth-request' | 'forward-auth';
const routes: Route[] = ['auth-request', 'forward-auth'];
/** What the proxy says, on each of the routes. */
const place = (route: Route, host: string, path = '/'): Record<string, string> =>
  route === 'auth-request'
    ? { 'X-Original-URL': `https://${host}${path}` }
    : { 'X-Forwarded-Host': host, 'X-Forwarded-Uri': path, 'X-Forwarded-Proto': 'https' };

function createGated(content: object = rules, options: Partial<OtpOptions> = {}) {
  const file = createGateFile(content);
  const kit = createTestOtp({ gateFile: file.path, ...options });
  const ask = (route: Route, headers: Record<string, string> | Headers) =>
    kit.otp.handler(new Request(`http://localhost/authz/${route}`, { headers }));
  return { ...kit, file, ask };
}

/** A token from an installation without a gate, with the same keys. */
async function issue(identity: string, options: Partial<OtpOptions> = {}): Promise<Record<string, string>> {
  const { otp, obtain } = createTestOtp(options);
  const result = await otp.verify(identity, await obtain(identity));
  assert.ok(result.status === 'valid');
  return { Authorization: `Bearer ${result.accessToken}` };
}

const identityNames = ['remote-user', 'remote-email', 'remote-phone', 'remote-groups', 'remote-name'];
const readIdentity = ({ headers }: Response) => identityNames.map((name) => headers.get(name));
const nobody = ['', '', '', '', ''];

describe('with a gate file, the gate', () => {
  test('lets in whom the rule of the host names, and says their groups and name', async () => {
    const { ask } = createGated();
    for (const route of routes) {
      for (const [identity, host, expected] of [
        [alice, 'app.example.com', [alice, alice, '', 'admins,staff', 'Alice']],
        [bob, 'APP.example.com.:8443', [bob, bob, '', 'staff', '']],
        ['+4915112345678', 'app.example.com', ['+4915112345678', '', '+4915112345678', '', '']],
        [bob, 'x.lab.example.com', [bob, bob, '', 'staff', '']],
        [eve, 'open.example.com', [eve, eve, '', '', '']],
        [alice, 'x.lab.example.com', null],
        [eve, 'app.example.com', null],
        [bob, 'lab.example.com', null],
        [alice, 'other.example.com', null],
        ['+4915112345678', 'evil.example', null],
      ] as const) {
        const response = await ask(route, {
          ...(await issue(identity)),
          ...place(route, host, '/a?b=//%2e'),
        });
        assert.equal(response.status, expected ? 200 : 403, `${identity} ${host}`);
        assert.deepEqual(readIdentity(response), expected ?? [null, null, null, null, null]);
      }
    }
  });

  test('lets anyone pass on a public path, and says who it is only where they may enter', async () => {
    const { ask } = createGated();
    for (const route of routes) {
      const healthz = place(route, 'app.example.com', '/healthz/live?a=%2f..');
      for (const [headers, expected] of [
        [{}, nobody],
        [{ Authorization: 'Bearer x' }, nobody],
        [browser, nobody],
        [await issue(eve), nobody],
        [await issue(bob), [bob, bob, '', 'staff', '']],
      ] as const) {
        const response = await ask(route, { ...headers, ...healthz });
        assert.equal(response.status, 200);
        assert.deepEqual(readIdentity(response), expected);
        assert.deepEqual(await response.json(), { active: expected !== nobody });
      }
      for (const path of [
        '/',
        '/healthzz',
        '/healthz/../admin',
        '/healthz%2f..%2fadmin',
        '//healthz',
        '/healthz;/x',
        '/healthz/..\\a',
      ]) {
        assert.equal((await ask(route, place(route, 'app.example.com', path))).status, 401, path);
      }
      for (const host of ['open.example.com', 'x.lab.example.com', 'other.example.com']) {
        assert.equal((await ask(route, place(route, host, '/healthz'))).status, 401, host);
      }
    }
  });

  // Attack: say of oneself what applications believe of a proxy, on a path where nobody asks for a token.
  test('lets no identity header of a client pass, not on public paths either', async () => {
    const { ask } = createGated();
    for (const route of routes) {
      for (const name of [
        'Remote-Groups',
        'Remote-Name',
        'remote-groups',
        'Remote_User',
        'Remote-Roles',
        'Remote.Email',
      ]) {
        for (const [headers, path] of [
          [{}, '/healthz'],
          [await issue(alice), '/healthz'],
          [await issue(alice), '/'],
        ] as const) {
          const response = await ask(route, {
            ...headers,
            ...place(route, 'app.example.com', path),
            [name]: 'admins',
          });
          assert.equal(response.status, 403, name);
        }
      }
    }
  });

  // Attack: say in another header where the request goes, or say it twice.
  test('takes host and path from the headers of its route alone', async () => {
    const { ask } = createGated();
    const token = await issue(alice);
    const all = { ...token, ...browser, 'X-Forwarded-Proto': 'https', 'X-Forwarded-Method': 'GET' };
    const others = {
      'X-Original-URI': '/healthz',
      'X-Rewrite-URL': '/healthz',
      Forwarded: 'host=app.example.com',
      'X-Host': 'app.example.com',
    };
    for (const headers of [
      { ...all },
      { ...all, ...others },
      { ...all, ...place('forward-auth', 'app.example.com', '/healthz') },
      { ...all, 'X-Original-URL': '' },
      { ...all, 'X-Original-URL': '/healthz' },
      { ...all, 'X-Original-URL': '//app.example.com/healthz' },
      { ...all, 'X-Original-URL': 'https:///healthz' },
      { ...all, 'X-Original-URL': 'https://app.example.com' },
      { ...all, 'X-Original-URL': 'https://app.example.com?/healthz' },
      { ...all, 'X-Original-URL': 'https://app.example.com#/healthz' },
      { ...all, 'X-Original-URL': 'https://eve@app.example.com/healthz' },
      { ...all, 'X-Original-URL': 'https://app.example.com\\@evil.example/healthz' },
      { ...all, 'X-Original-URL': 'ftp://app.example.com/healthz' },
      { ...all, 'X-Original-URL': 'https://app.example.com/healthz, https://app.example.com/healthz' },
      { ...all, 'X-Original-URL': 'https://app.example.com/healthz x' },
    ]) {
      const response = await ask('auth-request', headers);
      assert.equal(response.status, 401, JSON.stringify(headers));
      assert.deepEqual(await response.json(), { active: false });
    }
    for (const headers of [
      { ...all },
      { ...all, ...others },
      { ...all, ...place('auth-request', 'app.example.com', '/healthz') },
      { ...all, 'X-Forwarded-Host': 'app.example.com' },
      { ...all, 'X-Forwarded-Uri': '/healthz' },
      { ...all, 'X-Forwarded-Host': '', 'X-Forwarded-Uri': '/healthz' },
      { ...all, 'X-Forwarded-Host': 'app.example.com', 'X-Forwarded-Uri': 'healthz' },
      { ...all, 'X-Forwarded-Host': 'app.example.com', 'X-Forwarded-Uri': 'https://app.example.com/healthz' },
      { ...all, 'X-Forwarded-Host': 'app.example.com', 'X-Forwarded-Uri': '*' },
      { ...all, 'X-Forwarded-Host': 'app.example.com, app.example.com', 'X-Forwarded-Uri': '/healthz' },
      { ...all, 'X-Forwarded-Host': 'app.example.com', 'X-Forwarded-Uri': '/healthz, /healthz' },
      { ...all, 'X-Forwarded-Host': 'app.example.com/healthz', 'X-Forwarded-Uri': '/' },
    ]) {
      const response = await ask('forward-auth', headers);
      assert.equal(response.status, 401, JSON.stringify(headers));
    }
    // What the route does not read changes nothing.
    const evil = place('forward-auth', 'evil.example', '/x');
    assert.equal(
      (await ask('auth-request', { ...evil, ...place('auth-request', 'app.example.com', '/healthz') }))
        .status,
      200,
    );
    const original = place('auth-request', 'evil.example', '/x');
    assert.equal(
      (await ask('forward-auth', { ...original, ...place('forward-auth', 'app.example.com', '/healthz') }))
        .status,
      200,
    );
  });

  test('takes no header that is there twice, though both say the same', async () => {
    const { ask } = createGated();
    for (const route of routes) {
      const said = place(route, 'app.example.com', '/healthz');
      for (const name of Object.keys(said).filter((name) => name !== 'X-Forwarded-Proto')) {
        for (const second of [said[name] ?? '', '']) {
          const headers = new Headers(said);
          headers.append(name, second);
          assert.equal((await ask(route, headers)).status, 401, `${name} ${second}`);
        }
      }
    }
  });

  test('sends browsers to the sign-in page where the host is known to the proxy alone', async () => {
    const { ask } = createGated();
    for (const host of ['app.example.com', 'other.example.com']) {
      const response = await ask('forward-auth', { ...browser, ...place('forward-auth', host, '/a?b=c') });
      assert.equal(response.status, 302);
      assert.equal(response.headers.get('location'), `/sign-in?rd=${encodeURIComponent('/a?b=c')}`);
    }
  });

  // Attack: whatever a client can put into a request.
  test('answers anything that it is told of a place with 200, 401 or 403', async () => {
    const { ask } = createGated();
    const token = await issue(alice);
    const piece = fc.constantFrom(
      'https://',
      'app.example.com',
      'lab',
      '.',
      ':',
      '443',
      '/',
      'healthz',
      '..',
      '%2f',
      '?',
      '#',
      ',',
      '@',
      '\\',
      '[',
      '::1',
      ']',
      'x'.repeat(300),
      '\u00fc',
      '*',
      ';',
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const asked = { 'X-Original-URL': one, 'X-Forwarded-Host': one, 'X-Forwarded-Uri': other };
        for (const route of routes) {
          assert.match(String((await ask(route, asked)).status), /^(200|401)$/);
          assert.match(String((await ask(route, { ...asked, ...token })).status), /^(200|401|403)$/);
        }
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  test('logs why it refuses: by the place, the host or the identity', async () => {
    const { lines, logger } = keepLines();
    const { ask } = createGated(rules, { logger });
    const token = await issue(eve);
    for (const [headers, expected] of [
      [{ ...token, 'X-Original-URL': '/' }, ['signed_out', 'unknown_place']],
      [{ ...token, ...place('auth-request', 'other.example.com') }, ['forbidden', 'unknown_host']],
      [{ ...token, ...place('auth-request', 'app.example.com') }, ['forbidden', 'not_allowed']],
      [place('auth-request', 'app.example.com'), ['signed_out', 'missing']],
      [place('auth-request', 'app.example.com', '/healthz'), ['public', undefined]],
    ] as const) {
      await ask('auth-request', headers);
      const { status, cause } = lines.at(-1) ?? {};
      assert.deepEqual([status, cause], expected);
    }
    assert.equal(lines[0]?.['event'], 'gate_rules.loaded');
    assert.doesNotMatch(JSON.stringify(lines), /evil|example\.com/);
  });

  test('without the file asks for none of these headers', async () => {
    const { otp } = createTestOtp();
    for (const route of routes) {
      const response = await otp.handler(
        new Request(`http://localhost/authz/${route}`, { headers: await issue(alice) }),
      );
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('remote-groups'), null);
    }
  });
});

describe('when the file changes', () => {
  test('someone who is taken out is out at the next request, by token, by cookie and by refresh token', async () => {
    const options = { refreshTokenTtlSeconds: 3600 };
    const { otp, inbox, clock, file, ask } = createGated(rules, options);
    const signIn = async (session: boolean) => {
      await otp.request(alice);
      clock.advance(1000);
      await settle();
      return otp.verify(alice, inbox.lastCode(), { session });
    };
    const [token, cookie] = [await signIn(false), await signIn(true)];
    assert.ok(token.status === 'valid' && cookie.status === 'valid');
    const proofs = [
      { Authorization: `Bearer ${token.accessToken}` },
      { Cookie: `__Host-otp_session=${cookie.accessToken}` },
    ];
    const statuses = async () =>
      Promise.all(
        proofs.map(
          async (proof) =>
            (await ask('auth-request', { ...proof, ...place('auth-request', 'app.example.com') })).status,
        ),
      );
    assert.deepEqual(await statuses(), [200, 200]);
    file.write({ ...rules, hosts: { 'app.example.com': { allow: [bob] } } });
    await until('the rules are loaded', async () => {
      clock.advance(pollMs);
      return (await statuses()).every((status) => status === 403);
    });
    assert.equal(await otp.refresh(token.refreshToken), null);
    await otp.close();
  });

  test('an edit that is wrong changes nothing', async () => {
    const warnings: string[] = [];
    const logger = {
      info() {},
      warn: (_fields: object, message: string) => void warnings.push(message),
      error() {},
    };
    const { otp, clock, file, ask } = createGated(rules, { logger });
    file.write('{"hosts": {');
    await until('the edit is refused', () => {
      clock.advance(pollMs);
      return warnings.some((message) => message.startsWith('Gate rules refused'));
    });
    const asked = { ...(await issue(alice)), ...place('auth-request', 'app.example.com') };
    assert.equal((await ask('auth-request', asked)).status, 200);
    await otp.close();
  });
});

describe('someone whom no host allows', () => {
  test('is answered like anyone else, and sent nothing until a rule allows it', async () => {
    const { otp, clock, inbox, file } = createGated(
      { hosts: { a: { allow: [alice], public: ['/'] }, '*.b': { allow: ['+49'] } } },
      { requestIdentityMax: 1000 },
    );
    const ask = async (identity: string) => {
      const before = inbox.messages.length;
      const result = await otp.request(identity);
      await settle();
      clock.advance(1000);
      await settle();
      return [result.status, inbox.messages.length - before];
    };
    assert.deepEqual(await ask(alice), ['sent', 1]);
    assert.deepEqual(await ask('+4915112345678'), ['sent', 1]);
    for (const identity of [bob, '+49@evil.example', 'user:42', '+33612345678']) {
      assert.deepEqual(await ask(identity), ['sent', 0], identity);
    }
    file.write({ hosts: { c: { allow: ['bob@EXAMPLE.com'] } } });
    // A second request of the same code: whether it is sent is decided each time.
    await until('the rules are loaded', async () => (await ask(bob))[1] === 1);
    assert.deepEqual(await ask(alice), ['sent', 0]);
    await otp.close();
  });
});
