import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { OtpError } from '../../src/errors.js';
import { generateApiKey, type OtpOptions } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';
const billing = { name: 'billing', ...generateApiKey() };
const basic = (name: string, secret: string) =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
const authorization = basic(billing.name, billing.key);
const formType = 'application/x-www-form-urlencoded';

async function signIn(options: Partial<OtpOptions> = {}) {
  const kit = createTestOtp({ introspectClients: [billing], refreshTokenTtlSeconds: 3600, ...options });
  const result = await kit.otp.verify(alice, await kit.obtain(alice));
  assert.ok(result.status === 'valid' && result.refreshToken);
  const post = (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
    kit.otp.handler(
      new Request(`http://localhost/oauth/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': formType, ...headers },
        body: String(body),
      }),
    );
  return {
    ...kit,
    access: result.accessToken,
    refresh: result.refreshToken,
    post,
    introspect: (token: string, headers: Record<string, string> = { Authorization: authorization }) =>
      post('introspect', new URLSearchParams({ token }), headers),
    revoke: (token: string) => post('revoke', new URLSearchParams({ token })),
  };
}

const readError = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: string }).error,
];

/** Forms that RFC 6749 §3.1 calls malformed: no token, or anything twice; and what is no form. */
const malformed: [body: string, type: string][] = [
  ['', formType],
  ['token=', formType],
  ['token', formType],
  ['Token=TOKEN', formType],
  ['token=TOKEN&token=TOKEN', formType],
  ['token=TOKEN&token=', formType],
  ['token=TOKEN&token_type_hint=access_token&token_type_hint=refresh_token', formType],
  ['token=TOKEN', 'text/plain'],
  ['token=TOKEN', 'multipart/form-data; boundary=x'],
  ['{"token":"TOKEN"}', 'application/json'],
];

describe('introspection', () => {
  test('tells a known client the claims of an active token', async () => {
    const { otp, access, introspect, post } = await signIn();
    const check = await otp.verifyToken(access);
    assert.ok(check.active);
    const response = await introspect(access);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await response.json(), { ...check.claims, active: true, token_type: 'Bearer' });
    for (const hint of ['access_token', 'refresh_token', 'x', '']) {
      const form = new URLSearchParams({ token: access, token_type_hint: hint });
      const hinted = await post('introspect', form, { Authorization: authorization });
      assert.equal(((await hinted.json()) as { active: boolean }).active, true);
    }
  });

  // Attack: learn from the answer what is wrong with a token: whether it was good once, or is somebody's.
  test('answers the same bytes for everything that is not active (RFC 7662 §2.2)', async () => {
    const { otp, obtain, clock, access: expired, introspect } = await signIn();
    clock.advance(900_000);
    const issue = async () => {
      const result = await otp.verify(alice, await obtain(alice));
      assert.ok(result.status === 'valid' && result.refreshToken);
      return { access: result.accessToken, refresh: result.refreshToken };
    };
    const [revoked, active] = [await issue(), await issue()];
    await otp.revoke(revoked.access);
    const elsewhere = (options: Partial<OtpOptions>) =>
      signIn({ clock, ...options }).then(({ access }) => access);
    const answers = new Set<string>();
    for (const token of [
      expired,
      revoked.access,
      active.refresh,
      await elsewhere({ namespace: 'shop' }),
      await elsewhere({ issuer: 'https://elsewhere.example' }),
      await elsewhere({ audience: 'shop' }),
      await elsewhere({ jwtSecret: 'a secret of somebody else, long enough for HS256' }),
      `${active.access}x`,
      active.access.slice(0, -3),
      rs256(active.access),
      'x',
      'x.y.z',
      ' ',
      '\0',
      'é€',
      'x'.repeat(3000),
    ]) {
      const response = await introspect(token);
      answers.add(JSON.stringify([response.status, [...response.headers], await response.text()]));
    }
    assert.equal(answers.size, 1);
    assert.match([...answers][0] ?? '', /^\[200,.*"\{\\"active\\":false\}"\]$/);
    assert.equal(((await (await introspect(active.access)).json()) as { active: boolean }).active, true);
  });

  // Attack: introspect without being one of the clients.
  test('answers nobody else, whatever the Authorization header holds', async () => {
    const { access, introspect, post } = await signIn();
    const raw = (text: string) => `Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
    const wrong: (string | undefined)[] = [
      undefined,
      'Basic',
      'Basic ',
      'Basic =',
      'Basic :',
      'Basic é',
      `Basic ${billing.name}:${billing.key}`,
      `Bearer ${access}`,
      `Digest ${authorization.slice(6)}`,
      `${authorization}, ${authorization}`,
      basic(billing.name, ''),
      basic('', billing.key),
      basic('', ''),
      basic(billing.name, billing.hash),
      basic(billing.name, `${billing.key} `),
      basic(billing.name, `:${billing.key}`),
      basic(billing.name.toUpperCase(), billing.key),
      basic(`${billing.name}\0`, billing.key),
      basic('__proto__', billing.key),
      basic('constructor', 'x'),
      basic(billing.key, billing.name),
      raw(billing.name + billing.key),
      raw(`${billing.name}:${billing.key}\xff`),
      raw(`\xff\xfe:\xff`),
      basic(billing.name, 'x'.repeat(10_000)),
    ];
    for (const value of wrong) {
      const headers = value === undefined ? {} : { Authorization: value };
      for (const response of [await introspect(access, headers), await post('introspect', '', headers)]) {
        assert.deepEqual(await readError(response.clone()), [401, 'invalid_client'], value);
        assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm=/);
        assert.ok(!(await response.text()).includes(alice));
      }
    }
    for (const scheme of ['basic', 'BASIC', 'Basic   ']) {
      const header = authorization.replace('Basic', scheme);
      assert.equal((await introspect(access, { Authorization: header })).status, 200);
    }
    const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each));
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (each, isNamed) => {
        const text = isNamed ? `${billing.name}:${each.toString('latin1')}` : each.toString('latin1');
        assert.equal((await introspect(access, { Authorization: raw(text) })).status, 401);
      }),
      { numRuns: 2000 },
    );
  });

  test('knows a client by either of two secrets while it changes from one to the other', async () => {
    const next = { name: billing.name, ...generateApiKey() };
    const { access, introspect } = await signIn({
      introspectClients: [billing, next, { name: 'x', hash: 'ab' }],
    });
    for (const { key } of [billing, next]) {
      assert.equal((await introspect(access, { Authorization: basic('billing', key) })).status, 200);
      assert.equal((await introspect(access, { Authorization: basic('x', key) })).status, 401);
    }
  });

  test('takes one token in a form, by POST, and says so of anything else', async () => {
    const { otp, access, post } = await signIn();
    for (const [body, type] of malformed) {
      const headers = { Authorization: authorization, 'Content-Type': type };
      const response = await post('introspect', body.replaceAll('TOKEN', access), headers);
      assert.deepEqual(await readError(response), [400, 'invalid_request'], body);
    }
    const tooLong = await post('introspect', `token=${'x'.repeat(4096)}`, { Authorization: authorization });
    assert.equal(tooLong.status, 400);
    const url = `http://localhost/oauth/introspect?token=${access}`;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await otp.handler(
        new Request(url, { method, headers: { Authorization: authorization } }),
      );
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
    }
    const inQuery = await otp.handler(
      new Request(url, {
        method: 'POST',
        headers: { Authorization: authorization, 'Content-Type': formType },
      }),
    );
    assert.equal(inQuery.status, 400);
  });

  test('is off where nobody may ask', async () => {
    const { access, introspect } = await signIn({ introspectClients: [] });
    assert.equal((await introspect(access)).status, 404);
    assert.equal((await introspect(access, {})).status, 404);
  });
});

describe('revocation', () => {
  test('ends a token for every check that there is, and takes no authentication', async () => {
    const { otp, access, introspect, revoke } = await signIn();
    const bearer = { Authorization: `Bearer ${access}` };
    const ask = (path: string, init: RequestInit = { headers: bearer }) =>
      otp.handler(new Request(`http://localhost${path}`, init));
    const body = JSON.stringify({ token: access });
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    const checkAll = async () => [
      (await ask('/authz/auth-request')).status,
      (await ask('/authz/forward-auth')).status,
      (await ask('/api/v1/token/verify')).status,
      ((await (await ask('/api/v1/token/verify', json)).json()) as { active: boolean }).active,
      ((await (await introspect(access)).json()) as { active: boolean }).active,
      (await otp.verifyToken(access)).active,
    ];
    assert.deepEqual(await checkAll(), [200, 200, 200, true, true, true]);
    const response = await revoke(access);
    assert.deepEqual([response.status, await response.text()], [200, '{}']);
    assert.deepEqual(await checkAll(), [401, 401, 401, false, false, false]);
  });

  // Attack: learn from the answer whether a token is, or was, good.
  test('answers the same for any token at all (RFC 7009 §2.2)', async () => {
    const { otp, access, refresh, clock, revoke, post } = await signIn();
    const elsewhere = await signIn({ clock, namespace: 'shop' });
    const answers = new Set<string>();
    const keep = async (response: Response) =>
      answers.add(JSON.stringify([response.status, [...response.headers], await response.text()]));
    for (const token of [elsewhere.access, elsewhere.refresh, 'x', 'x.y.z', '\0', 'é', ' ', rs256(access)]) {
      await keep(await revoke(token));
    }
    assert.equal((await otp.verifyToken(access)).active, true);
    assert.equal((await elsewhere.otp.verifyToken(elsewhere.access)).active, true);
    for (const hint of ['refresh_token', 'access_token', 'x']) {
      await keep(await post('revoke', new URLSearchParams({ token: access, token_type_hint: hint })));
    }
    assert.equal((await otp.verifyToken(access)).active, false);
    for (const token of [refresh, refresh, access]) await keep(await revoke(token));
    assert.equal(await otp.refresh(refresh), null);
    clock.advance(900_000);
    await keep(await revoke(access));
    assert.equal(answers.size, 1);
  });

  test('of a refresh token ends its sign-in, also by one that was used before', async () => {
    const { otp, refresh, revoke } = await signIn();
    const next = await otp.refresh(refresh);
    await revoke(refresh);
    assert.equal(await otp.refresh(next?.refreshToken), null);
  });

  test('is refused where there is not one token in a form', async () => {
    const { otp, access, post } = await signIn();
    for (const [body, type] of malformed) {
      const response = await post('revoke', body.replaceAll('TOKEN', access), { 'Content-Type': type });
      assert.deepEqual(await readError(response), [400, 'invalid_request'], body);
    }
    const get = await otp.handler(new Request(`http://localhost/oauth/revoke?token=${access}`));
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
    assert.equal((await otp.verifyToken(access)).active, true);
  });

  test('without the store is 503, so that the caller tries again, and is not claimed to be done', async () => {
    const down = () => Promise.reject(new OtpError('store_unavailable', 'The store does not answer'));
    const memory = createMemoryStore();
    let isDown = false;
    const { access, refresh, revoke } = await signIn({
      store: {
        ...memory,
        claim: (...args) => (isDown ? down() : memory.claim(...args)),
        exchange: (...args) => (isDown ? down() : memory.exchange(...args)),
      },
    });
    isDown = true;
    for (const token of [access, refresh]) {
      const response = await revoke(token);
      assert.equal(response.status, 503);
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
    }
  });
});

/** The same header and claims as RS256, by a key of somebody else's. */
function rs256(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${token.split('.')[1]}`;
  return `${input}.${createSign('sha256').update(input).sign(privateKey, 'base64url')}`;
}
