import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateApiKey } from '../../src/index.js';
import { createTestOtp, post } from '../helpers/otp.js';

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

test('keys without the right otp leave /otp/* open to everyone, and do not count for anyone there', async () => {
  const { key, hash } = generateApiKey();
  const { otp } = createTestOtp({
    apiKeyHashes: [{ name: 'ops', hash, rights: ['operate'] }],
    requestIpMax: 1,
  });
  assert.equal((await post(otp.handler, path, body)).status, 200);
  const keyed = await post(otp.handler, path, body, { 'X-API-Key': key, 'X-Forwarded-For': '203.0.113.9' });
  assert.equal(keyed.body.limit, 'request_ip');
});

// Attack: use the key of another program, which may do other things.
test('at /otp/* a key needs the right otp', async () => {
  const [shop, ops, both] = [generateApiKey(), generateApiKey(), generateApiKey()];
  const { otp } = createTestOtp({
    apiKeyHashes: [
      { name: 'shop', hash: shop.hash },
      { name: 'ops', hash: ops.hash, rights: ['operate'] },
      { name: 'both', hash: both.hash, rights: ['operate', 'otp'] },
    ],
  });
  const ask = async (key: string) => {
    const { status, body: answer } = await post(otp.handler, path, body, { 'X-API-Key': key });
    return status === 200 ? 200 : answer.code;
  };
  assert.deepEqual(
    [await ask(shop.key), await ask(ops.key), await ask(both.key), await ask(shop.hash)],
    [200, 'forbidden', 200, 'unauthorized'],
  );
});

test('a key that is listed again with another right has both', async () => {
  const { key, hash } = generateApiKey();
  const { otp } = createTestOtp({
    apiKeyHashes: [{ name: 'one', hash, rights: ['operate'] }, hash],
  });
  assert.equal((await post(otp.handler, path, body, { 'X-API-Key': key })).status, 200);
});

test('a keyed caller that names no address is warned about once, by its name', async () => {
  const [shop, batch] = [generateApiKey(), generateApiKey()];
  const warnings: unknown[] = [];
  const warn = (fields: object, message: string) => warnings.push({ ...fields, message });
  const { otp } = createTestOtp({
    apiKeyHashes: [
      { name: 'shop', hash: shop.hash },
      { name: 'batch', hash: batch.hash },
    ],
    logger: { info() {}, warn, error() {} },
  });
  const ask = (key: string, headers = {}) => post(otp.handler, path, body, { 'X-API-Key': key, ...headers });
  await ask(shop.key, { 'X-Forwarded-For': '203.0.113.1' });
  assert.deepEqual(warnings, []);
  for (const key of [shop.key, shop.key, batch.key, shop.key]) await ask(key);
  const message = 'A caller sends no X-Forwarded-For: its users are not limited by address';
  assert.deepEqual(warnings, [
    { caller: 'shop', message },
    { caller: 'batch', message },
  ]);
});
