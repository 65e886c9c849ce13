import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cookie, createCookie, createSessionCookie } from '../../src/http/session-cookie.js';
import { createTestOtp, jwtSecret } from '../helpers/otp.js';
import { createPageClient } from '../helpers/page-client.js';
import { createTestTokens, grant } from '../helpers/tokens.js';

const name = '__Host-otp_session';
const session = `${name}=`;

/** The gate with a token that opens it, and tokens like it that do not. */
async function startGate() {
  const { otp, clock } = createTestOtp({ gateAllow: ['@example.com'], deliveryMode: 'background' });
  const issue = async (changes: object, keyOptions = {}) => {
    const { tokens } = createTestTokens({ clock, ...keyOptions });
    return (await tokens.issue({ ...grant, ...changes })).accessToken;
  };
  const ask = (cookie: string, path = 'auth-request') =>
    otp.handler(new Request(`http://localhost/authz/${path}`, { headers: { Cookie: cookie } }));
  return {
    ask,
    good: await issue({ identity: 'alice@example.com' }),
    unwelcome: await issue({ identity: 'mallory@evil.example' }),
    payment: await issue({ identity: 'alice@example.com', purpose: 'payment' }),
    foreign: await issue(
      { identity: 'alice@example.com' },
      { keyOptions: { secret: jwtSecret.toUpperCase() } },
    ),
  };
}

// Attack: set a cookie of this name from a neighbour under the same parent, so that nobody stays signed in.
test('of several session cookies each is tried, wherever the good one is', async () => {
  const { ask, good, unwelcome, payment, foreign } = await startGate();
  const others = [foreign, payment, unwelcome, '', 'x', '"', '%', `${good}x`, 'a.b.c'].map(
    (value) => session + value,
  );
  const noise = ['theme=dark', '=', 'x', '', ...others];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...noise), { maxLength: 8 }),
      fc.array(fc.constantFrom(...noise), { maxLength: 8 }),
      async (before, after) => {
        for (const path of ['auth-request', 'forward-auth']) {
          const answer = await ask([...before, session + good, ...after].join('; '), path);
          assert.deepEqual(
            [answer.status, answer.headers.get('remote-user')],
            [200, 'alice@example.com'],
            before.join('; '),
          );
          const without = await ask([...before, ...after].join('; '), path);
          const isKnown = [...before, ...after].includes(session + unwelcome);
          assert.equal(without.status, isKnown ? 403 : 401);
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('the page finds its state and its session behind cookies of the same names, and signing out ends each', async () => {
  const { otp, inbox } = createTestOtp({ unsafeInsecureCookies: true });
  const browser = createPageClient(otp.handler);
  // The client sends this as it is, and first.
  browser.cookies.set('theme', 'dark; otp_session=foreign; otp_challenge=foreign');
  const asked = await browser.submit(await browser.get('/sign-in'), '/sign-in', {
    identity: 'alice@example.com',
  });
  assert.equal(asked.path, '/sign-in/code');
  const signedIn = await browser.submit(asked, '/sign-in/code', { otp: inbox.lastCode() });
  assert.match(signedIn.text, /alice@example\.com/);
  const token = browser.cookies.get('otp_session') ?? '';
  assert.equal((await otp.verifyToken(token)).active, true);
  await browser.submit(signedIn, '/sign-out');
  assert.equal((await otp.verifyToken(token)).active, false);
});

test('the name of a cookie has its prefix, and the namespace unless it is the default one', async () => {
  const names = (namespace: string | undefined, options: object) =>
    ['otp_session', 'otp_challenge'].map(
      (base) => createCookie(base, { namespace, isInsecure: false, ...options }).name,
    );
  assert.deepEqual(names(undefined, {}), ['__Host-otp_session', '__Host-otp_challenge']);
  assert.deepEqual(names('default', {}), ['__Host-otp_session', '__Host-otp_challenge']);
  assert.deepEqual(names('staging', {}), ['__Host-otp_session_staging', '__Host-otp_challenge_staging']);
  assert.deepEqual(names('a.b-c_1', { domain: 'example.com' }), [
    '__Secure-otp_session_a.b-c_1',
    '__Secure-otp_challenge_a.b-c_1',
  ]);
  assert.deepEqual(names('staging', { isInsecure: true }), ['otp_session_staging', 'otp_challenge_staging']);
  const longest = createSessionCookie({
    namespace: 'n'.repeat(64),
    domain: 'example.com',
    isInsecure: false,
  });
  // RFC 6265bis §5.6: browsers drop a cookie whose name and value are more than 4096 bytes. No token is over 4000.
  assert.ok(longest.name.length + 4000 <= 4096);
});

test('a cookie of every namespace is written and read again, and those of others are not', () => {
  const character = fc.constantFrom(...'abzABZ019._-');
  const namespace = fc
    .tuple(fc.constantFrom(...'aZ9'), fc.string({ unit: character, maxLength: 63 }))
    .map((parts) => parts.join(''));
  const read = (cookie: Cookie, header: string) => cookie.parse(header);
  fc.assert(
    fc.property(namespace, namespace, fc.boolean(), (one, other, isInsecure) => {
      const [own, foreign] = [one, other].map((name) => createSessionCookie({ namespace: name, isInsecure }));
      assert.ok(own && foreign);
      const pairs = [own.write('own', 60), foreign.write('foreign', 60)].map((line) => line.split(';', 1)[0]);
      const header = pairs.join('; ');
      assert.deepEqual(read(own, header), one === other ? ['own', 'foreign'] : ['own']);
      assert.deepEqual(read(own, `${header}; ${header}`), one === other ? ['own', 'foreign'] : ['own']);
    }),
    { seed: 1, numRuns: 200 },
  );
  assert.deepEqual(createSessionCookie({ isInsecure: true }).parse(null), []);
});

test('installations of two namespaces under one host do not see each other', async () => {
  const production = createTestOtp({ unsafeInsecureCookies: true });
  const staging = createTestOtp({ unsafeInsecureCookies: true, namespace: 'staging' });
  const [browser, other] = [production, staging].map(({ otp }) => createPageClient(otp.handler));
  assert.ok(browser && other);
  const signIn = async (client: typeof browser, { inbox }: typeof production) => {
    await client.submit(await client.get('/sign-in'), '/sign-in', { identity: 'alice@example.com' });
    await client.submit(await client.get('/sign-in/code'), '/sign-in/code', { otp: inbox.lastCode() });
  };
  await signIn(browser, production);
  for (const [cookie, value] of browser.cookies) other.cookies.set(cookie, value);
  await signIn(other, staging);
  const kept = other.cookies;
  assert.ok(kept.has('otp_session') && kept.has('otp_session_staging'));
  const document = async ({ otp }: typeof production) =>
    JSON.parse(await (await otp.handler(new Request('http://localhost/openapi.json'))).text());
  const named = async (kit: typeof production) =>
    (await document(kit)).components.securitySchemes.session.name;
  assert.deepEqual([await named(production), await named(staging)], ['otp_session', 'otp_session_staging']);
});
