import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OtpError } from '../../src/errors.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { malformed, readError, rs256, signIn } from '../helpers/oauth.js';

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
    const keep = async (response: Response) => {
      response.headers.delete('X-Request-ID');
      answers.add(JSON.stringify([response.status, [...response.headers], await response.text()]));
    };
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
