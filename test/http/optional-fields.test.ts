import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createTestOtp, post } from '../helpers/otp.js';

const alice = 'alice@example.com';
const requestPath = '/api/v1/otp/request';
const verifyPath = '/api/v1/otp/verify';
const unset = [null, ''] as const;

const optionalOf = {
  [requestPath]: ['channel', 'purpose', 'bind', 'challenge', 'locale'],
  [verifyPath]: ['challenge', 'purpose'],
};
const open = () =>
  createTestOtp({ requestIpMax: 0, verifyIpMax: 0, requestIdentityMax: 1000, refreshTokenTtlSeconds: 600 });

describe('null and the empty text of an optional member are as good as leaving it out', () => {
  for (const value of unset) {
    const fill = (names: string[]) => Object.fromEntries(names.map((name) => [name, value]));
    test(`over HTTP: ${JSON.stringify(value)}`, async () => {
      const { otp, inbox } = open();
      for (const names of [...optionalOf[requestPath].map((name) => [name]), optionalOf[requestPath]]) {
        const sent = await post(otp.handler, requestPath, { identity: alice, ...fill(names) });
        assert.equal(sent.status, 200, names.join());
        assert.equal(sent.body['channel'], 'email');
        assert.equal(sent.body.challenge, undefined);
      }
      for (const names of [...optionalOf[verifyPath].map((name) => [name]), optionalOf[verifyPath]]) {
        await otp.request(alice);
        const body = { identity: alice, otp: inbox.lastCode(), ...fill(names) };
        assert.equal((await post(otp.handler, verifyPath, body)).status, 200, names.join());
      }
      assert.equal((await post(otp.handler, '/api/v1/token/logout', { refresh_token: value })).status, 200);
    });

    test(`in the library: ${JSON.stringify(value)}`, async () => {
      const { otp, inbox } = open();
      const sent = await otp.request(alice, fill(optionalOf[requestPath]) as object);
      assert.deepEqual(sent, { ...sent, status: 'sent', channel: 'email' });
      const result = await otp.verify(alice, inbox.lastCode(), fill(optionalOf[verifyPath]) as object);
      assert.equal(result.status, 'valid');
    });
  }
});

test('null and the empty text of what is needed are 400', async () => {
  const { otp } = open();
  const needed: [path: string, body: Record<string, unknown>][] = [
    [requestPath, { identity: alice }],
    [verifyPath, { identity: alice, otp: '123456' }],
    ['/api/v1/token/verify', { token: 'x' }],
    ['/api/v1/token/refresh', { refresh_token: 'x' }],
  ];
  for (const [path, body] of needed) {
    for (const name of Object.keys(body)) {
      for (const value of unset) {
        const answer = await post(otp.handler, path, { ...body, [name]: value });
        assert.equal(answer.status, 400, `${path} ${name}`);
        assert.equal(answer.body.code, 'invalid_request');
        assert.ok(answer.body.detail.startsWith(`${name}: `), answer.body.detail);
      }
    }
  }
});

test('an OAuth form may leave its hint empty, and never its token', async () => {
  const { otp } = open();
  const send = async (form: string) => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const request = new Request('http://localhost/oauth/revoke', { method: 'POST', headers, body: form });
    return (await otp.handler(request)).status;
  };
  assert.equal(await send('token=x&token_type_hint='), 200);
  assert.equal(await send('token='), 400);
  assert.equal(await send('token_type_hint=access_token'), 400);
});

// Attack: have an empty challenge taken for the one of a bound code.
test('a bound code is not right without its challenge, however that is left out', async () => {
  const { otp, inbox } = open();
  await otp.request(alice, { bind: true });
  for (const challenge of ['', null, undefined]) {
    assert.equal((await otp.verify(alice, inbox.lastCode(), { challenge })).status, 'expired');
    const body = { identity: alice, otp: inbox.lastCode(), challenge };
    assert.equal((await post(otp.handler, verifyPath, body)).status, 410);
  }
});

test('no text as a locale costs the code', async () => {
  const { otp } = open();
  const known = ['en_US', 'zh_Hans_CN', 'en-US.UTF-8', 'C', 'POSIX', 'de-DE,de;q=0.9,en;q=0.8,'.repeat(8)];
  const locale = fc.oneof(
    fc.constantFrom(...known),
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  await fc.assert(
    fc.asyncProperty(locale, async (locale) => {
      assert.equal((await post(otp.handler, requestPath, { identity: alice, locale })).status, 200);
      assert.equal((await otp.request(alice, { locale })).status, 'sent');
    }),
    { seed: 12, numRuns: 300, examples: known.map((name): [string] => [name]) },
  );
});

test('a spelling of other systems chooses its language', async () => {
  const { otp, inbox } = open();
  for (const [locale, chosen] of [
    ['pt_BR', 'pt-BR'],
    ['zh_Hans_CN', 'zh-CN'],
    ['de_DE.UTF-8', 'de'],
    ['POSIX', 'en'],
  ] as const) {
    assert.equal((await post(otp.handler, requestPath, { identity: alice, locale })).status, 200);
    assert.equal(inbox.messages.at(-1)?.locale, chosen, locale);
  }
});

test('a locale that is not text is 400', async () => {
  const { otp } = open();
  for (const locale of [1, true, ['en'], { language: 'en' }]) {
    const answer = await post(otp.handler, requestPath, { identity: alice, locale });
    assert.equal(answer.status, 400);
    assert.match(answer.body.detail, /^locale: /);
  }
});
