import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { OTPClient, type OTPClientOptions, OTPError } from '../../sdk/javascript/src/index.js';
import { createNodeListener } from '../../src/adapters/node.js';
import { generateApiKey, type OtpOptions } from '../../src/index.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';
import { createSignedInStorage } from '../helpers/signed-in-storage.js';

const identity = 'alice@example.com';

/** How a client reaches a service of this process. */
type Reach = (
  handler: (request: Request) => Promise<Response>,
  t: TestContext,
) => Promise<Pick<OTPClientOptions, 'baseUrl' | 'fetch'>>;

const ways: Record<string, Reach> = {
  'in process': async (handler) => ({
    baseUrl: 'http://localhost/api/v1',
    fetch: (url, init) => handler(new Request(url, init)),
  }),
  'over a socket': async (handler, t) => {
    const server = await listen(createNodeListener(handler));
    t.after(() => server.close());
    return { baseUrl: `${server.url}/api/v1/` };
  },
};

function hasCode(code: string, details: Partial<OTPError> = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof OTPError);
    assert.equal(error.code, code);
    for (const [name, value] of Object.entries(details)) assert.equal(error[name as keyof OTPError], value);
    return true;
  };
}

for (const [way, reach] of Object.entries(ways)) {
  describe(`the SDK against the service, ${way}`, () => {
    async function start(t: TestContext, options: Partial<OtpOptions> = {}) {
      const parts = createTestOtp(options);
      const reached = await reach(parts.otp.handler, t);
      const createClient = (client: Partial<OTPClientOptions> = {}) =>
        new OTPClient({ ...reached, ...client });
      return { ...parts, createClient, client: createClient() };
    }

    test('a code becomes a token, which the client keeps and asks about', async (t) => {
      const { client, inbox } = await start(t);
      assert.deepEqual(await client.requestOTP(identity), {
        ttlSeconds: 300,
        resendInSeconds: 0,
        codeLength: 6,
        codeAlphabet: 'digits',
        channel: 'email',
        challenge: null,
      });
      const tokens = await client.verifyOTP(identity, inbox.lastCode());
      assert.deepEqual(
        [tokens.tokenType, tokens.expiresIn, tokens.refreshToken, tokens.refreshExpiresIn],
        ['bearer', 900, null, null],
      );
      assert.equal(await client.getAccessToken(), tokens.accessToken);
      const bearer = await client.verifyBearer();
      assert.equal(bearer.active && bearer.claims.sub, identity);
      assert.deepEqual(await client.verifyToken(tokens.accessToken), bearer);
    });

    test('nobody is signed in before, and a token of someone else is not active', async (t) => {
      const { client } = await start(t);
      assert.deepEqual(await client.verifyBearer(), { active: false, claims: null });
      assert.equal(await client.getAccessToken(), null);
      assert.deepEqual(await client.verifyToken('a.b.c'), { active: false, claims: null });
    });

    test('a token that has expired is not active', async (t) => {
      const { client, clock, inbox } = await start(t);
      await client.requestOTP(identity);
      await client.verifyOTP(identity, inbox.lastCode());
      clock.advance(901_000);
      assert.deepEqual(await client.verifyBearer(), { active: false, claims: null });
    });

    test('a wrong code says how many attempts are left, until the code is blocked', async (t) => {
      const { client, inbox, wrong } = await start(t, { maxAttempts: 2 });
      await client.requestOTP(identity);
      const code = wrong(inbox.lastCode());
      await assert.rejects(
        client.verifyOTP(identity, code),
        hasCode('invalid_code', { status: 401, attemptsLeft: 1 }),
      );
      await assert.rejects(client.verifyOTP(identity, code), hasCode('invalid_code', { attemptsLeft: 0 }));
      await assert.rejects(
        client.verifyOTP(identity, inbox.lastCode()),
        hasCode('blocked', { status: 429, attemptsLeft: null, retryAfterSeconds: 300 }),
      );
    });

    test('a code that has expired or was used, and a limit, are told apart', async (t) => {
      const { client, clock, inbox } = await start(t, { requestIdentityMax: 2 });
      await client.requestOTP(identity);
      const code = inbox.lastCode();
      clock.advance(300_000);
      await assert.rejects(client.verifyOTP(identity, code), hasCode('expired_code', { status: 410 }));
      await client.requestOTP(identity);
      await client.verifyOTP(identity, inbox.lastCode());
      await assert.rejects(client.verifyOTP(identity, inbox.lastCode()), hasCode('expired_code'));
      await assert.rejects(
        client.requestOTP(identity),
        hasCode('rate_limited', { status: 429, retryAfterSeconds: 300 }),
      );
    });

    test('what cannot be an identity, a code or a request is refused by the service', async (t) => {
      const { client } = await start(t);
      await assert.rejects(client.requestOTP('nobody'), hasCode('invalid_identity', { status: 400 }));
      await assert.rejects(client.verifyOTP(identity, 'abc'), hasCode('invalid_request', { status: 400 }));
      await assert.rejects(client.requestOTP(42 as unknown as string), hasCode('invalid_request'));
    });

    test('a bound code works by itself in the client that asked, and in no other', async (t) => {
      const { client, createClient, inbox } = await start(t);
      const { challenge } = await client.requestOTP('Alice@example.com', { bind: true });
      assert.match(challenge ?? '', /^[\w-]{22}$/);
      const code = inbox.lastCode();
      await assert.rejects(createClient().verifyOTP(identity, code), hasCode('expired_code'));
      assert.equal((await client.verifyOTP(' alice@example.com', code)).tokenType, 'bearer');
    });

    test('sending again names the challenge by itself, and binds a new one when that has ended', async (t) => {
      const { client, clock, inbox } = await start(t);
      const first = await client.requestOTP(identity, { bind: true });
      const again = await client.requestOTP(identity);
      assert.equal(again.challenge, first.challenge);
      assert.equal(inbox.messages[1]?.code, inbox.messages[0]?.code);
      clock.advance(300_000);
      const renewed = await client.requestOTP(identity);
      assert.ok(renewed.challenge !== null && renewed.challenge !== first.challenge);
      assert.equal((await client.verifyOTP(identity, inbox.lastCode())).tokenType, 'bearer');
    });

    test('a challenge that the caller names wins, and is not renewed', async (t) => {
      const { client, createClient, inbox } = await start(t);
      const { challenge } = await client.requestOTP(identity, { bind: true });
      const other = createClient();
      const named = { challenge: challenge ?? '' };
      assert.equal((await other.requestOTP(identity, named)).challenge, challenge);
      await other.verifyOTP(identity, inbox.lastCode(), named);
      await assert.rejects(other.requestOTP(identity, named), hasCode('expired_code'));
    });

    test('challenges of different purposes are kept apart', async (t) => {
      const { client, inbox } = await start(t, { purposes: ['sign-in', 'pay'] });
      const signIn = await client.requestOTP(identity, { bind: true });
      const pay = await client.requestOTP(identity, { bind: true, purpose: 'pay' });
      assert.notEqual(signIn.challenge, pay.challenge);
      const { accessToken } = await client.verifyOTP(identity, inbox.lastCode(), { purpose: 'pay' });
      const { claims } = await client.verifyToken(accessToken);
      assert.equal(claims?.purpose, 'pay');
    });

    test('tokens are refreshed, each refresh token once, until the sign-in is ended', async (t) => {
      const { client, createClient, clock, inbox } = await start(t, { refreshTokenTtlSeconds: 86_400 });
      await client.requestOTP(identity);
      const first = await client.verifyOTP(identity, inbox.lastCode());
      assert.equal(first.refreshExpiresIn, 86_400);
      clock.advance(1000);
      const [second, same] = await Promise.all([client.refresh(), client.refresh()]);
      assert.equal(second, same);
      assert.notEqual(second.refreshToken, first.refreshToken);
      assert.equal((await client.verifyBearer()).active, true);
      await client.logout();
      assert.deepEqual(await createClient().verifyToken(second.accessToken), { active: false, claims: null });
      await assert.rejects(client.refresh(), hasCode('invalid_token', { status: null }));
    });

    test('signing out everywhere ends every sign-in, also those of other clients', async (t) => {
      const { client, createClient, clock, inbox } = await start(t, { refreshTokenTtlSeconds: 86_400 });
      const other = createClient();
      for (const one of [client, other]) {
        await one.requestOTP(identity);
        await one.verifyOTP(identity, inbox.lastCode());
      }
      await client.logoutAll();
      assert.equal((await other.verifyBearer()).active, false);
      await assert.rejects(other.refresh(), hasCode('invalid_token', { status: 401 }));
      await client.requestOTP(identity);
      await client.verifyOTP(identity, inbox.lastCode());
      assert.equal((await client.verifyBearer()).active, true);
      clock.advance(1000);
    });

    test('a refresh token that someone else has used ends the sign-in', async (t) => {
      const { client, createClient, inbox } = await start(t, { refreshTokenTtlSeconds: 86_400 });
      await client.requestOTP(identity);
      const { refreshToken } = await client.verifyOTP(identity, inbox.lastCode());
      const thief = createClient({ storage: createSignedInStorage('stolen', refreshToken) });
      await client.refresh();
      await assert.rejects(thief.refresh(), hasCode('invalid_token', { status: 401 }));
      await assert.rejects(client.refresh(), hasCode('invalid_token', { status: 401 }));
      assert.equal(await client.getAccessToken(), null);
    });

    test('a service without refresh tokens says that there is no such thing', async (t) => {
      const { createClient } = await start(t);
      const client = createClient({ storage: createSignedInStorage() });
      await assert.rejects(client.refresh(), hasCode('not_found', { status: 404 }));
    });

    test('headers of the client are sent, such as an API key', async (t) => {
      const { key, hash } = generateApiKey();
      const { client, createClient } = await start(t, { apiKeyHashes: [hash] });
      await assert.rejects(client.requestOTP(identity), hasCode('unauthorized', { status: 401 }));
      const known = createClient({ headers: { 'X-API-Key': key } });
      assert.equal((await known.requestOTP(identity)).channel, 'email');
    });

    test('the language and the channel of a request reach the message', async (t) => {
      const { client, inbox } = await start(t);
      await client.requestOTP('+4915112345678', { channel: 'whatsapp', locale: 'de' });
      assert.deepEqual(
        inbox.messages.map(({ channel, locale }) => [channel, locale]),
        [['whatsapp', 'de']],
      );
    });
  });
}
