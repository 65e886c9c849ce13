import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { createOtp, generateApiKey, type OtpOptions } from '../../src/index.js';
import { createInbox, createTestOtp, jwtSecret, post, productionSecrets, secretKey } from '../helpers/otp.js';

const identity = 'alice@example.com';
const off = { accessTokens: 'off', jwtSecret: undefined } as const;

describe('without access tokens', () => {
  test('a right code answers who it was, and no token', async () => {
    const { otp, obtain } = createTestOtp(off);
    const code = await obtain('Alice@Example.com');
    const { status, body } = await post(otp.handler, '/api/v1/otp/verify', { identity, otp: code });
    assert.equal(status, 200);
    assert.deepEqual(body, { success: true, identity });
  });

  test('the library says who it was, and its types have no token', async () => {
    const { transport, lastCode } = createInbox();
    const otp = createOtp({ secretKey, transports: [transport], accessTokens: 'off' });
    await otp.request(identity);
    const result = await otp.verify(identity, lastCode());
    assert.deepEqual(result, { status: 'valid', identity, purpose: 'sign-in' });
    // @ts-expect-error: there is none
    assert.equal(result.status === 'valid' && result.accessToken, undefined);
    assert.deepEqual(await otp.verifyToken('x'), { active: false });
    assert.equal(await otp.refresh('x'), null);
    await otp.revoke('x');
  });

  test('a code still works once, and a wrong one still says how many attempts are left', async () => {
    const { otp, obtain, wrong } = createTestOtp(off);
    const code = await obtain(identity);
    const verify = (code: string) => post(otp.handler, '/api/v1/otp/verify', { identity, otp: code });
    assert.equal((await verify(wrong(code))).body['attempts_left'], 4);
    assert.equal((await verify(code)).status, 200);
    assert.equal((await verify(code)).status, 410);
  });

  test('nothing of tokens, of the gate and of the page is served or documented', async () => {
    const { otp } = createTestOtp(off);
    for (const path of [
      '/api/v1/token/verify',
      '/api/v1/token/refresh',
      '/api/v1/token/logout',
      '/api/v1/token/logout-all',
      '/.well-known/jwks.json',
      '/oauth/introspect',
      '/oauth/revoke',
      '/authz/auth-request',
      '/authz/forward-auth',
      '/sign-in',
      '/sign-out',
    ]) {
      for (const method of ['GET', 'POST']) {
        const { status } = await otp.handler(new Request(`http://localhost${path}`, { method }));
        assert.equal(status, 404, `${method} ${path}`);
      }
    }
    const document = await (await otp.handler(new Request('http://localhost/openapi.json'))).text();
    assert.doesNotMatch(document, /access_token|\/token\/|\/oauth\/|\/authz\//);
    assert.match(document, /"Verified"/);
  });

  test('operators still end the pending codes of a person', async () => {
    const { otp, obtain } = createTestOtp(off);
    const code = await obtain(identity);
    assert.equal((await otp.operator.signOut(identity)).status, 'done');
    assert.equal((await otp.verify(identity, code)).status, 'expired');
  });

  const refused: [option: string, value: unknown][] = [
    ['signInPage', true],
    ['signInHome', '/'],
    ['brandLogoUrl', '/logo.svg'],
    ['brandColor', '#2f5bd7'],
    ['embedOrigins', ['https://app.example.com']],
    ['magicLink', true],
    ['cookieDomain', 'example.com'],
    ['gateAllow', ['@example.com']],
    ['refreshTokenTtlSeconds', 3600],
    ['claims', () => ({})],
  ];
  for (const [option, value] of refused) {
    test(`the library refuses ${option}`, () => {
      const { transport } = createInbox();
      const options = { secretKey, transports: [transport], publicUrl: 'https://otp.example.com' };
      const create = () => createOtp({ ...options, accessTokens: 'off', [option]: value } as OtpOptions);
      assert.throws(create, new RegExp(`^RangeError: ${option} cannot be used with accessTokens=off: `));
    });
  }

  const refusedSettings: [setting: string, value: string][] = [
    ['SIGN_IN_PAGE', 'true'],
    ['SIGN_IN_HOME', '/'],
    ['BRAND_LOGO_URL', '/logo.svg'],
    ['BRAND_COLOR', '#2f5bd7'],
    ['EMBED_ORIGINS', 'https://app.example.com'],
    ['OTP_MAGIC_LINK', 'true'],
    ['GATE_COOKIE_DOMAIN', 'example.com'],
    ['GATE_ALLOW', '@example.com'],
    ['REFRESH_TOKEN_TTL', '3600'],
  ];
  for (const [setting, value] of refusedSettings) {
    test(`the service refuses ${setting}`, () => {
      const settings = { ACCESS_TOKENS: 'off', PUBLIC_URL: 'https://otp.example.com', [setting]: value };
      const { problems } = loadConfig(settings);
      const own = problems.filter((line) => line.startsWith(`${setting}:`));
      assert.equal(own.length, 1, problems.join('\n'));
      assert.match(own[0] ?? '', /cannot be used with ACCESS_TOKENS=off: /);
    });
  }

  test('settings that switch those off are fine', () => {
    const settings = {
      ACCESS_TOKENS: 'off',
      SIGN_IN_PAGE: 'false',
      REFRESH_TOKEN_TTL: '0',
      OTP_MAGIC_LINK: 'false',
    };
    assert.deepEqual(loadConfig(settings).problems, []);
  });

  test('production needs no key of tokens, and one that is given is a warning', () => {
    const settings = {
      NODE_ENV: 'production',
      OTP_SECRET_KEY: productionSecrets.OTP_SECRET_KEY,
      ACCESS_TOKENS: 'off',
      DELIVERY_BACKEND: 'smtp',
      SMTP_HOST: 'mail.example.com',
      SMTP_FROM: 'codes@example.com',
    };
    const loaded = loadConfig(settings);
    assert.deepEqual([loaded.problems, loaded.warnings], [[], []]);
    assert.match(formatCheck(loaded), /^JWT_SECRET +- +\(default\)$/m);
    const { warnings } = loadConfig({ ...settings, JWT_SECRET: productionSecrets.JWT_SECRET });
    assert.deepEqual(warnings, ['JWT_SECRET: no effect with ACCESS_TOKENS=off']);
    assert.match(loadConfig({ ...settings, ACCESS_TOKENS: 'on' }).problems.join(), /^JWT_SECRET: required/);
  });

  test('development makes no key of tokens up', () => {
    assert.deepEqual(loadConfig({ ACCESS_TOKENS: 'off' }).madeUp, ['OTP_SECRET_KEY']);
  });

  test('an API key protects it as ever', async () => {
    const { hash } = generateApiKey();
    const { otp } = createTestOtp({ ...off, apiKeyHashes: [hash] });
    const { status } = await post(otp.handler, '/api/v1/otp/request', { identity });
    assert.equal(status, 401);
  });

  test('a key of tokens that is given changes nothing', async () => {
    const { otp, obtain } = createTestOtp({ accessTokens: 'off', jwtSecret });
    assert.deepEqual(await otp.verify(identity, await obtain(identity)), {
      status: 'valid',
      identity,
      purpose: 'sign-in',
    });
  });
});
