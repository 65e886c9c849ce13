import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTPClient, type OTPStorage } from '../../sdk/javascript/src/index.js';
import { createTestOtp } from '../helpers/otp.js';

const alice = 'alice@example.com';

/** The SDK on a service in this process, with what was sent. */
function createKit(storage?: OTPStorage) {
  const service = createTestOtp({ requestIdentityMax: 1000, requestIpMax: 0, verifyIpMax: 0 });
  const sent: Record<string, unknown>[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body ?? '{}')));
    return service.otp.handler(new Request(url, init));
  };
  const client = new OTPClient({ baseUrl: 'http://localhost/api/v1', fetch, storage });
  return { ...service, client, sent };
}

test('on a server a code is bound and a browser remembered when told, and the results carry what to keep', async () => {
  const { client, sent, inbox } = createKit();
  const plain = await client.requestOTP(alice);
  assert.equal(plain.challenge, null);
  assert.deepEqual(Object.keys(await client.verifyOTP(alice, inbox.lastCode())), [
    'accessToken',
    'tokenType',
    'expiresIn',
    'refreshToken',
    'refreshExpiresIn',
  ]);
  assert.ok(sent.every((body) => !('remember' in body) && !('device' in body) && !('bind' in body)));

  const { challenge } = await client.requestOTP(alice, { bind: true });
  assert.ok(challenge);
  const { device } = await client.verifyOTP(alice, inbox.lastCode(), { challenge, remember: true });
  assert.ok(device);
  const known = await client.requestOTP(alice, { device });
  assert.ok(known.challenge);
  const renewed = await client.verifyOTP(alice, inbox.lastCode(), { device });
  assert.ok(renewed.device && renewed.device !== device);
});

// Attack: type the identity of a person whom the back end has just signed in, to be taken for their browser.
test('on a server no client uses the device of one call for another', async () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key),
    setItem: (key: string, value: string) => items.set(key, value),
    removeItem: (key: string) => items.delete(key),
  };
  for (const kit of [createKit(), createKit(storage)]) {
    await kit.client.requestOTP(alice, { bind: true });
    await kit.client.verifyOTP(alice, kit.inbox.lastCode(), { remember: true });
    await kit.client.requestOTP(alice);
    await kit.client.verifyOTP(alice, kit.inbox.lastCode());
    assert.ok(kit.sent.slice(2).every((body) => !('device' in body)));
    assert.doesNotMatch([...items.values()].join(), /otd1/);
  }
});
