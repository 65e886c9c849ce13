import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp, post } from '../helpers/otp.js';

const alice = 'alice@example.com';

async function signIn(refreshTokenTtlSeconds = 3600) {
  const kit = createTestOtp({ refreshTokenTtlSeconds });
  const otp = await kit.obtain(alice);
  const { body } = await post(kit.otp.handler, '/api/v1/otp/verify', { identity: alice, otp });
  const call = (path: string, sent: unknown, headers: Record<string, string> = {}) =>
    post(kit.otp.handler, `/api/v1/token/${path}`, sent, headers);
  const isActive = async (token: unknown) => (await call('verify', { token })).body.active;
  return { ...kit, body, call, isActive };
}

test('a verify gives a refresh token, and that the next tokens, once', async () => {
  const { body, call, isActive } = await signIn();
  assert.deepEqual(Object.keys(body), [
    'success',
    'access_token',
    'token_type',
    'expires_in',
    'refresh_token',
    'refresh_expires_in',
  ]);
  const next = await call('refresh', { refresh_token: body['refresh_token'] });
  assert.equal(next.status, 200);
  assert.deepEqual(Object.keys(next.body), Object.keys(body));
  assert.equal(await isActive(next.body.access_token), true);
  const again = await call('refresh', { refresh_token: body['refresh_token'] });
  assert.deepEqual([again.status, again.body.code], [401, 'invalid_token']);
  assert.match(again.headers.get('www-authenticate') ?? '', /^Bearer .*invalid_token/);
  const dead = await call('refresh', { refresh_token: next.body['refresh_token'] });
  assert.equal(dead.status, 401);
});

test('a logout ends the sign-in, the access token, or both, and says the same of anything', async () => {
  const both = await signIn();
  const bearer = { Authorization: `Bearer ${both.body.access_token}` };
  const { status, body } = await both.call('logout', { refresh_token: both.body['refresh_token'] }, bearer);
  assert.deepEqual([status, body], [200, { success: true }]);
  assert.equal(await both.isActive(both.body.access_token), false);
  assert.equal((await both.call('refresh', { refresh_token: both.body['refresh_token'] })).status, 401);

  const access = await signIn();
  const headers = { Authorization: `Bearer ${access.body.access_token}` };
  const request = new Request('http://localhost/api/v1/token/logout', { method: 'POST', headers });
  assert.equal((await access.otp.handler(request)).status, 200);
  assert.equal(await access.isActive(access.body.access_token), false);
  assert.equal((await access.call('refresh', { refresh_token: access.body['refresh_token'] })).status, 200);

  for (const sent of [{}, { refresh_token: 'x' }, { refresh_token: '' }]) {
    const answer = await access.call('logout', sent, { Authorization: 'Bearer x' });
    assert.deepEqual([answer.status, answer.body], [200, { success: true }]);
  }
});

test('a body without a refresh token is a malformed request', async () => {
  const { call } = await signIn();
  for (const sent of ['', '{', {}, { refresh_token: 42 }, { refresh_token: 'x', identity: alice }, []]) {
    assert.equal((await call('refresh', sent)).status, 400);
  }
  assert.equal((await call('refresh', { refresh_token: 'x'.repeat(2049) })).status, 400);
  assert.equal((await call('logout', { token: 'x' })).status, 400);
});

test('where refresh tokens are off, there is no such route', async () => {
  const { body, call } = await signIn(0);
  assert.equal(body['refresh_token'], undefined);
  const { status, body: problem } = await call('refresh', { refresh_token: 'x' });
  assert.deepEqual([status, problem.code], [404, 'not_found']);
});
