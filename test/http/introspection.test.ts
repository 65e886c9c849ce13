import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { generateApiKey, type OtpOptions } from '../../src/index.js';
import {
  alice,
  authorization,
  basic,
  billing,
  formType,
  malformed,
  readError,
  rs256,
  signIn,
} from '../helpers/oauth.js';

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

  // Attack: learn from the answer what is wrong with a token: whether it was good once, or is someone's.
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
      response.headers.delete('X-Request-ID');
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
      { numRuns: 2000, seed: 1 },
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
