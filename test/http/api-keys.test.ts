import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateApiKey } from '../../src/index.js';
import { createTestOtp, post } from '../helpers/otp.js';
import { runCli, startService } from '../helpers/process.js';

const path = '/api/v1/otp/request';
const body = { identity: 'alice@example.com' };

// Attack: let everyone on the network send messages at the operator's expense.
test('with API keys, /otp/* wants one of them, and nothing else does', async () => {
  const [shop, other, stranger] = [generateApiKey(), generateApiKey(), generateApiKey()];
  const { otp, inbox } = createTestOtp({ apiKeyHashes: [shop.hash, other.hash] });
  for (const key of [undefined, '', 'x', stranger.key, shop.hash, `${shop.key} x`]) {
    const answer = await post(otp.handler, path, body, key === undefined ? {} : { 'X-API-Key': key });
    assert.equal(answer.status, 401);
    assert.equal(answer.body.code, 'unauthorized');
    assert.match(answer.headers.get('www-authenticate') ?? '', /^ApiKey /);
    assert.equal((await post(otp.handler, '/api/v1/otp/verify', { ...body, otp: '123456' })).status, 401);
  }
  assert.equal(inbox.messages.length, 0);
  for (const { key } of [shop, other]) {
    assert.equal((await post(otp.handler, path, body, { 'X-API-Key': key })).status, 200);
  }
  assert.equal((await post(otp.handler, '/api/v1/token/verify', { token: 'x' })).status, 200);
  assert.equal((await otp.handler(new Request('http://localhost/livez'))).status, 200);
});

test('a keyed caller is counted by the address it names, or not by address at all', async () => {
  const { key, hash } = generateApiKey();
  const { otp } = createTestOtp({ apiKeyHashes: [hash], requestIpMax: 1, requestIdentityMax: 100 });
  const ask = async (forwarded?: string) => {
    const headers = {
      'X-API-Key': key,
      ...(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }),
    };
    return (await post(otp.handler, path, body, headers)).status;
  };
  assert.deepEqual(
    [await ask('203.0.113.1'), await ask('203.0.113.1'), await ask('203.0.113.2')],
    [200, 429, 200],
  );
  assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 200]);
});

test('secret --api-key makes a key that the service takes', async () => {
  const { stdout, code } = await runCli(['secret', '--api-key', 'shop']);
  assert.equal(code, 0);
  const [, key = '', hash = ''] = /^# .*\n# (\S{43})\nAPI_KEYS=(shop=[0-9a-f]{64})\n$/.exec(stdout) ?? [];
  const service = await startService({ API_KEYS: hash });
  const ask = (headers: Record<string, string>) =>
    fetch(service.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({ 'X-API-Key': key })).status, 200);
  await service.stop();
  assert.equal((await runCli(['secret', '--api-key', 'a b'])).code, 2);
});
