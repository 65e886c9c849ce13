import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEnv } from 'node:util';
import { loadConfig } from '../../src/cli/config.js';
import { createOtp, type OtpOptions } from '../../src/index.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { createInbox, jwtSecret, productionSecrets, secretKey } from '../helpers/otp.js';

const none = { STORE: 'none' };
const production = {
  ...none,
  NODE_ENV: 'production',
  ...productionSecrets,
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'mail.example.com',
  SMTP_FROM: 'codes@example.com',
};

/** What the start refuses, by its name. */
const refused: [setting: string, value: string][] = [
  ['REFRESH_TOKEN_TTL', '3600'],
  ['REVOCATION_REQUIRED', 'true'],
  ['OTP_MAGIC_LINK', 'true'],
  ['HUMAN_CHECK', 'altcha'],
  ['OTP_SHORT_OPEN_MAX', '2000'],
  ['DEVICE_TTL', '86400'],
  ['DEVICE_TTL', '15552000'],
];

describe('STORE=none', () => {
  for (const [setting, value] of refused) {
    test(`refuses ${setting}=${value}, by its name`, () => {
      const { problems } = loadConfig({
        ...none,
        PUBLIC_URL: 'https://otp.example.com',
        [setting]: value,
      });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', new RegExp(`^${setting}: .*cannot be used with STORE=none: `));
    });
  }

  test('takes what switches those off, and Turnstile', () => {
    const off = { REFRESH_TOKEN_TTL: '0', OTP_MAGIC_LINK: 'false', DEVICE_TTL: '0', HUMAN_CHECK: 'off' };
    assert.deepEqual(loadConfig({ ...none, ...off }).problems, []);
    const turnstile = { HUMAN_CHECK: 'turnstile', HUMAN_CHECK_SITE_KEY: '1x00000000000000000000AA' };
    const loaded = loadConfig({
      ...none,
      ...turnstile,
      HUMAN_CHECK_SECRET: '1x0000000000000000000000000000000AA',
    });
    assert.deepEqual(loaded.problems, []);
  });

  test('asks for no puzzle unless told', () => {
    assert.equal(loadConfig(none).config?.HUMAN_CHECK, 'off');
    assert.equal(loadConfig({}).config?.HUMAN_CHECK, 'altcha');
  });

  test('production has to allow it, and phones have to be paid for', () => {
    assert.match(loadConfig(production).problems.join('\n'), /^STORE: none, .*OTP_ALLOW_STATELESS=true/);
    const allowed = { ...production, OTP_ALLOW_STATELESS: 'true' };
    assert.deepEqual(loadConfig(allowed).problems, []);
    const twilio = {
      ...none,
      DELIVERY_BACKEND: 'twilio',
      TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM_NUMBER: '+14155550123',
    };
    const { problems } = loadConfig(twilio);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^STORE: none cannot limit .*OTP_ALLOW_UNLIMITED_COST=true/);
    assert.deepEqual(loadConfig({ ...twilio, OTP_ALLOW_UNLIMITED_COST: 'true' }).problems, []);
  });

  test('the settings in the documentation are those', () => {
    const blocks = readCodeBlocks('docs/storeless.md').filter(({ language }) => language === 'ini');
    assert.equal(blocks.length, 2);
    for (const { code } of blocks) {
      assert.deepEqual(loadConfig({ ...production, ...parseEnv(code) }).problems, []);
    }
  });

  test('each start says what it cannot hold, with the rate and its odds', () => {
    const { warnings } = loadConfig({ ...production, OTP_ALLOW_STATELESS: 'true' });
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0] ?? '', /1000 guesses a second .* 2\.7e-8$/);
  });

  test('runs in several workers, and names settings that change nothing', () => {
    assert.deepEqual(loadConfig({ ...none, WORKERS: '4' }).problems, []);
    const { warnings } = loadConfig({ ...none, OTP_DIGITS: '8', OTP_LONG_DIGITS: '9' });
    assert.ok(warnings.some((line) => /^OTP_DIGITS, OTP_LONG_DIGITS: no effect with STORE=none/.test(line)));
  });

  test('what allows it has no effect on other stores', () => {
    const { warnings } = loadConfig({ OTP_ALLOW_STATELESS: 'true' });
    assert.deepEqual(warnings, ['OTP_ALLOW_STATELESS: no effect without STORE=none']);
  });

  test('the library refuses the same options', () => {
    const { transport } = createInbox();
    const create = (options: object) =>
      createOtp({
        secretKey,
        jwtSecret,
        transports: [transport],
        publicUrl: 'https://otp.example.com',
        store: createStatelessStore(),
        ...options,
      } as OtpOptions);
    create({});
    for (const [option, value] of Object.entries({
      refreshTokenTtlSeconds: 3600,
      revocationRequired: true,
      magicLink: true,
      deviceTtlSeconds: 3600,
    })) {
      assert.throws(
        () => create({ [option]: value }),
        new RegExp(`^RangeError: ${option} cannot be used with`),
      );
    }
    assert.throws(() => create({ humanCheck: { provider: 'altcha' } }), /^RangeError: humanCheck/);
  });
});
