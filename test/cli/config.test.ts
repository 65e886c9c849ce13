import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { generateSecretKey } from '../../src/otp.js';
import { createPem } from '../helpers/tokens.js';

const good = {
  NODE_ENV: 'production',
  OTP_SECRET_KEY: generateSecretKey(),
  JWT_SECRET: generateSecretKey(),
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'mail.example.com',
  SMTP_FROM: 'Example <codes@example.com>',
};
const problemsOf = (changes: Record<string, string>, base: Record<string, string> = good) =>
  loadConfig({ ...base, ...changes }).problems;

test('with nothing set, everything has a default and the secrets are made up for this run', () => {
  const first = loadConfig({});
  assert.deepEqual(first.problems, []);
  assert.deepEqual(first.madeUp, ['OTP_SECRET_KEY', 'JWT_SECRET']);
  assert.equal(first.config?.PORT, 8000);
  assert.equal(first.config?.HOST, '127.0.0.1');
  assert.equal(first.config?.DELIVERY_BACKEND, 'console');
  assert.notEqual(first.config?.OTP_SECRET_KEY, loadConfig({}).config?.OTP_SECRET_KEY);
  assert.notEqual(first.config?.OTP_SECRET_KEY, first.config?.JWT_SECRET);
});

test('only development and test are not production, however it is spelt', () => {
  for (const name of ['production', 'Production', 'prod', 'production ', 'staging']) {
    assert.equal(loadConfig({ NODE_ENV: name }).problems.length, 3, name);
  }
  for (const name of ['', 'development', 'test'])
    assert.deepEqual(loadConfig({ NODE_ENV: name }).problems, []);
});

test('with a private key no secret for tokens is needed', () => {
  const { JWT_SECRET, ...rest } = good;
  const pem = createPem('Ed25519');
  assert.deepEqual(problemsOf({ JWT_PRIVATE_KEY: pem, JWT_ALG: 'EdDSA' }, rest), []);
  assert.deepEqual(problemsOf({ JWT_PRIVATE_KEY: pem, JWT_SECRET_PREVIOUS: JWT_SECRET }, rest), []);
  const { config, madeUp } = loadConfig({ JWT_PRIVATE_KEY: pem });
  assert.deepEqual([config?.JWT_SECRET, madeUp], [undefined, ['OTP_SECRET_KEY']]);
});

test('a gate sends in the background, without being told to', () => {
  const { config } = loadConfig({ GATE_ALLOW: '@example.com, +49' });
  assert.deepEqual([config?.GATE_ALLOW, config?.DELIVERY_MODE], [['@example.com', '+49'], 'background']);
});

test('an empty variable is as good as none', () => {
  assert.deepEqual(loadConfig({ OTP_DIGITS: '', JWT_SECRET: '', SMTP_HOST: '' }).problems, []);
});

test('a good production configuration passes', () => {
  assert.deepEqual(problemsOf({}), []);
});

test('the settings of the seeds are understood as they are written there', () => {
  const seed = {
    OTP_DIGITS: '6',
    OTP_WINDOW_SECONDS: '300',
    OTP_DRIFT_TOLERANCE: '1',
    ACCESS_TOKEN_TTL: '900',
    RATE_REQUEST_OTP_MAX: '5',
    RATE_VERIFY_OTP_MAX: '10',
    DELIVERY_BACKEND: 'console',
  };
  const { config, problems } = loadConfig(seed);
  assert.deepEqual(problems, []);
  assert.equal(config?.OTP_DIGITS, 6);
  const django = { OTP_DIGITS: '5', OTP_WINDOW_SECONDS: '120', OTP_MAX_ATTEMPTS: '3', OTP_RESEND: 'refuse' };
  assert.deepEqual(loadConfig(django).problems, []);
});

describe('production refuses what is unsafe, in one line that names the variable', () => {
  const cases: [why: string, changes: Record<string, string>, line: RegExp][] = [
    ['no code secret', { OTP_SECRET_KEY: '' }, /^OTP_SECRET_KEY: required in production/],
    ['no token secret', { JWT_SECRET: '' }, /^JWT_SECRET: required in production/],
    [
      'a short code secret',
      { OTP_SECRET_KEY: 'c2hvcnQ=' },
      /^OTP_SECRET_KEY: given 8 characters, allowed: base64 of/,
    ],
    [
      'a short token secret',
      { JWT_SECRET: 'short' },
      /^JWT_SECRET: given 5 characters, allowed: at least 32 bytes/,
    ],
    [
      'console delivery',
      { DELIVERY_BACKEND: 'console' },
      /^DELIVERY_BACKEND: .*OTP_ALLOW_CONSOLE_DELIVERY=true/,
    ],
    [
      'the password of the compose file',
      { REDIS_PASSWORD: 'only-for-development' },
      /^REDIS_PASSWORD: is the development password/,
    ],
    ['short codes', { OTP_DIGITS: '5' }, /^OTP_DIGITS: given "5", .*OTP_ALLOW_SHORT_CODES=true/],
  ];
  for (const [why, changes, line] of cases) {
    test(why, () => {
      const problems = problemsOf(changes);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', line);
    });
  }
  test('and can be told to allow what it names', () => {
    assert.deepEqual(problemsOf({ DELIVERY_BACKEND: 'console', OTP_ALLOW_CONSOLE_DELIVERY: 'true' }), []);
    assert.deepEqual(problemsOf({ OTP_DIGITS: '4', OTP_ALLOW_SHORT_CODES: 'true' }), []);
  });
});

describe('what is wrong anywhere is refused, in one line that names the variable', () => {
  const secret = generateSecretKey();
  const cases: [why: string, changes: Record<string, string>, line: RegExp][] = [
    ['a name with a stray quote', { SMTP_FROM: 'O"Neil <a@b.example>' }, /^SMTP_FROM: given/],
    ['an origin in capitals', { CORS_ORIGINS: 'https://App.example.com' }, /^CORS_ORIGINS: given/],
    [
      'an origin with its default port',
      { CORS_ORIGINS: 'https://app.example.com:443' },
      /^CORS_ORIGINS: given/,
    ],
    ['a proxy range of everyone', { TRUSTED_PROXIES: '0.0.0.0/0' }, /^TRUSTED_PROXIES: given "0.0.0.0\/0"/],
    [
      'secrets that differ in a blank',
      { OTP_SECRET_KEY: secret, JWT_SECRET: `${secret} ` },
      /^JWT_SECRET: begins or ends with a space/,
    ],
    [
      'many processes with a memory each',
      { WORKERS: '2' },
      /^WORKERS: given "2", more than one needs STORE=redis/,
    ],
    ['a route of no known form', { DELIVERY_ROUTES: 'email' }, /^DELIVERY_ROUTES: given "email", allowed: /],
    ['a route by nobody', { DELIVERY_ROUTES: 'email=nobody' }, /^DELIVERY_ROUTES: given "email=nobody"/],
    [
      'a route that cannot be',
      { DELIVERY_ROUTES: 'sms=smtp' },
      /^DELIVERY_ROUTES: smtp does not serve sms; it serves email/,
    ],
    [
      'a route for WhatsApp messages that cannot arrive',
      {
        DELIVERY_ROUTES: 'whatsapp=twilio',
        TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
        TWILIO_AUTH_TOKEN: 'token',
        TWILIO_FROM_NUMBER: '+15005550006',
      },
      /^DELIVERY_ROUTES: twilio does not serve whatsapp; it serves sms$/,
    ],
    [
      'a backend without its key',
      { DELIVERY_BACKEND: 'resend', RESEND_FROM: 'a@b.example' },
      /^RESEND_API_KEY: required/,
    ],
    [
      'a second backend that is not complete',
      { DELIVERY_ROUTES: 'email=smtp,resend', RESEND_FROM: 'a@b.example' },
      /^RESEND_API_KEY: required with resend delivery/,
    ],
    [
      'a webhook that is not https',
      { DELIVERY_BACKEND: 'webhook', WEBHOOK_URL: 'http://x.example', WEBHOOK_SECRET: generateSecretKey() },
      /^WEBHOOK_URL: given "http:\/\/x.example", allowed: an https URL/,
    ],
    ['Redis without its address', { STORE: 'redis' }, /^REDIS_URL: required with STORE=redis/],
    [
      'a Redis URL of no known form',
      { REDIS_URL: 'http://x' },
      /^REDIS_URL: given 8 characters, allowed: `redis:/,
    ],
    [
      'two keys that both would sign',
      { JWT_PRIVATE_KEY: createPem('P-256') },
      /^JWT_SECRET: must not be given together with JWT_PRIVATE_KEY: as JWT_SECRET_PREVIOUS it still checks/,
    ],
    ['an invalid key', { JWT_PRIVATE_KEY: 'x' }, /^JWT_PRIVATE_KEY: given 1 characters, allowed: an EC/],
    [
      'a key of another kind',
      { JWT_PRIVATE_KEY_PREVIOUS: createPem('P-384') },
      /^JWT_PRIVATE_KEY_PREVIOUS: given \d+ characters, allowed: an EC P-256 or Ed25519/,
    ],
    [
      'an algorithm that does not follow',
      { JWT_ALG: 'ES256' },
      /^JWT_ALG: given "ES256", allowed: HS256, which follows from the key/,
    ],
    [
      'an unknown algorithm',
      { JWT_ALG: 'none' },
      /^JWT_ALG: given "none", allowed: `HS256`, `ES256`, `EdDSA`/,
    ],
    [
      'a secret that takes its own place',
      { JWT_SECRET_PREVIOUS: good.JWT_SECRET },
      /^JWT_SECRET_PREVIOUS: must differ from JWT_SECRET/,
    ],
    ['a refresh life of seconds', { REFRESH_TOKEN_TTL: '59' }, /^REFRESH_TOKEN_TTL: given "59"/],
    ['a client without a hash', { INTROSPECT_CLIENTS: 'api=x' }, /^INTROSPECT_CLIENTS: given "api=x"/],
    ['an invalid gate rule', { GATE_ALLOW: 'example.com' }, /^GATE_ALLOW: given "example.com"/],
    [
      'a gate whose answers take as long as a message',
      { GATE_ALLOW: '@example.com', DELIVERY_MODE: 'direct' },
      /^DELIVERY_MODE: given "direct", allowed: background with GATE_ALLOW/,
    ],
    ['a cookie for a whole suffix', { GATE_COOKIE_DOMAIN: 'com' }, /^GATE_COOKIE_DOMAIN: given "com"/],
    [
      'a shared sign-in elsewhere',
      {
        GATE_ALLOW: '@example.com',
        GATE_COOKIE_DOMAIN: 'example.com',
        PUBLIC_URL: 'https://login.badexample.com',
      },
      /^PUBLIC_URL: given "https:\/\/login.badexample.com", allowed: the URL of a host under GATE_COOKIE_DOMAIN \(example.com\)/,
    ],
    ['an invalid key hash', { API_KEYS: 'shop=abc' }, /^API_KEYS: given "shop=abc"/],
    [
      'a key with no right',
      { API_KEYS: `shop=${'0'.repeat(64)}:` },
      /^API_KEYS: .*rights are `otp`, `operate`, `unguarded`$/,
    ],
    [
      'a right that does not exist',
      { API_KEYS: `shop=${'0'.repeat(64)},ops=${'1'.repeat(64)}:otp+oprate` },
      /^API_KEYS: ops has the right "oprate", which does not exist; rights are otp, operate, unguarded$/,
    ],
    [
      'a right without the one that it is about',
      { API_KEYS: `shop=${'0'.repeat(64)},batch=${'1'.repeat(64)}:unguarded` },
      /^API_KEYS: batch has the right "unguarded" without "otp", and may not ask for the codes that it is about; give it both$/,
    ],
    [
      'a placeholder',
      { JWT_SECRET: 'change-me-change-me-change-me-change-me' },
      /^JWT_SECRET: looks like a placeholder/,
    ],
    ['one letter repeated', { JWT_SECRET: 'x'.repeat(40) }, /^JWT_SECRET: looks like a placeholder/],
    [
      'a placeholder in base64',
      { OTP_SECRET_KEY: Buffer.from('your-32-byte-secret-your-32-byte-secret').toString('base64') },
      /^OTP_SECRET_KEY: looks like a placeholder/,
    ],
    [
      'equal secrets',
      { OTP_SECRET_KEY: secret, JWT_SECRET: secret },
      /^JWT_SECRET: must differ from OTP_SECRET_KEY/,
    ],
    [
      'a rotation that changes nothing',
      { OTP_SECRET_KEY: secret, OTP_SECRET_KEY_PREVIOUS: secret, OTP_IDENTITY_KEY: secret },
      /^OTP_SECRET_KEY_PREVIOUS: must differ from OTP_SECRET_KEY/,
    ],
    [
      'a rotation that moves the limits',
      { OTP_SECRET_KEY_PREVIOUS: secret },
      /^OTP_SECRET_KEY_PREVIOUS: needs OTP_IDENTITY/,
    ],
    [
      'a life over ten minutes',
      { OTP_WINDOW_SECONDS: '601' },
      /^OTP_WINDOW_SECONDS: given "601", allowed: a whole number of seconds from 30 to 600$/,
    ],
    [
      'a duration with its unit',
      { REFRESH_TOKEN_TTL: '7d' },
      /^REFRESH_TOKEN_TTL: given "7d", allowed: 0, or a whole number of seconds from 60 to 31536000$/,
    ],
    [
      'a timeout with its unit',
      { DELIVERY_TIMEOUT_MS: '5s' },
      /^DELIVERY_TIMEOUT_MS: given "5s", allowed: a whole number of milliseconds from 100 to 60000$/,
    ],
    [
      'a wildcard at the gate',
      { GATE_ALLOW: '*@example.com' },
      /^GATE_ALLOW: given "\*@example.com", allowed: .* without wildcards$/,
    ],
    [
      'a number with a unit',
      { PORT: '8000 ' },
      /^PORT: given "8000 ", allowed: a whole number from 0 to 65535$/,
    ],
    [
      'a word that is not one of the choices',
      { OTP_RESEND: 'no' },
      /^OTP_RESEND: given "no", allowed: `reuse`, `rotate`/,
    ],
    [
      'a flag that is neither',
      { SMTP_SECURE: 'yes' },
      /^SMTP_SECURE: given "yes", allowed: `true` or `false`$/,
    ],
    ['long codes that are shorter', { OTP_DIGITS: '8', OTP_LONG_DIGITS: '7' }, /^OTP_LONG_DIGITS: given "7"/],
    ['an unknown country', { OTP_DEFAULT_COUNTRY: 'XX' }, /^OTP_DEFAULT_COUNTRY: given "XX"/],
    [
      'an invalid proxy',
      { TRUSTED_PROXIES: '10.0.0.0/8,proxy' },
      /^TRUSTED_PROXIES: given "10.0.0.0\/8,proxy"/,
    ],
    ...['0.0.0.0/1,128.0.0.0/1', '::/0', '::1,8000::/1,::/1', '::ffff:0:0/96', 'true', '*', 'all', '1'].map(
      (given): [string, Record<string, string>, RegExp] => [
        `proxies that are ${given}`,
        { TRUSTED_PROXIES: given },
        /^TRUSTED_PROXIES: given ".+", allowed: addresses, CIDR ranges, `loopback` or `unix`/,
      ],
    ),
    ['an invalid proxy range', { TRUSTED_PROXIES: '10.0.0.0/99' }, /^TRUSTED_PROXIES: given "10.0.0.0\/99"/],
    ['an origin with a path', { CORS_ORIGINS: 'https://a.example/' }, /^CORS_ORIGINS: given/],
    ['every origin', { CORS_ORIGINS: '*' }, /^CORS_ORIGINS: given "\*"/],
    ['a mail server without a name', { SMTP_HOST: '' }, /^SMTP_HOST: required with smtp delivery/],
    ['an invalid sender', { SMTP_FROM: 'codes' }, /^SMTP_FROM: given "codes", allowed: /],
    ['a password without a user', { SMTP_PASSWORD: 'p' }, /^SMTP_USERNAME: goes together with SMTP_PASSWORD/],
    ['a purpose with a space', { OTP_PURPOSES: 'sign in' }, /^OTP_PURPOSES: given "sign in"/],
    ['no purpose', { OTP_PURPOSES: ',' }, /^OTP_PURPOSES: given ","/],
    ['a colour by name', { BRAND_COLOR: 'red' }, /^BRAND_COLOR: given "red", allowed: a colour such as/],
    [
      'a logo over plain http',
      { BRAND_LOGO_URL: 'http://example.com/l.svg' },
      /^BRAND_LOGO_URL: given "http:/,
    ],
    [
      'a home that is another page of the sign-in',
      { SIGN_IN_HOME: '/sign-out' },
      /^SIGN_IN_HOME: given "\/sign-out", allowed: a path/,
    ],
    ['a home on no host', { SIGN_IN_HOME: '//evil.example' }, /^SIGN_IN_HOME: given/],
    ['a frame of everyone', { EMBED_ORIGINS: '*' }, /^EMBED_ORIGINS: given "\*", allowed: origins/],
    [
      'a link that begins nowhere',
      { OTP_MAGIC_LINK: 'true' },
      /^OTP_MAGIC_LINK: needs PUBLIC_URL: links begin with it/,
    ],
    [
      'a page without its purpose',
      { SIGN_IN_PAGE: 'true', OTP_PURPOSES: 'payment', BEARER_PURPOSES: 'payment' },
      /^OTP_PURPOSES: must include sign-in with SIGN_IN_PAGE/,
    ],
  ];
  for (const [why, changes, line] of cases) {
    test(why, () => {
      const problems = problemsOf(changes);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
    });
  }
  test('all of it at once', () => {
    const both = problemsOf({ JWT_SECRET: 'short', DELIVERY_BACKEND: 'console' });
    assert.deepEqual(
      both.map((line) => line.split(':')[0]),
      ['JWT_SECRET', 'DELIVERY_BACKEND'],
    );
    assert.equal(problemsOf({ PORT: 'x', OTP_DIGITS: '3', JWT_SECRET: 's' }).length, 3);
  });
  test('without repeating a secret', () => {
    const given = { JWT_SECRET: 'hunter2', OTP_SECRET_KEY: 'hunter3', SMTP_PASSWORD: 'hunter4' };
    assert.ok(!/hunter/.test(problemsOf(given).join('\n')));
  });
});

describe('secrets in files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  const value = generateSecretKey();
  writeFileSync(file, `${value}\n`);

  test('are read without their last line end', () => {
    const { config } = loadConfig({ ...good, JWT_SECRET: '', JWT_SECRET_FILE: file });
    assert.equal(config?.JWT_SECRET, value);
  });
  test('are refused when the file cannot be read, or the secret is given twice', () => {
    // A usual slip: the secret itself instead of the name of its file. It must not be printed.
    const [problem] = problemsOf({ JWT_SECRET: '', JWT_SECRET_FILE: value });
    assert.equal(problem, 'JWT_SECRET_FILE: names a file that cannot be read');
    assert.match(
      problemsOf({ JWT_SECRET_FILE: file })[0] ?? '',
      /^JWT_SECRET: given twice, also as JWT_SECRET_FILE/,
    );
  });
});

test('what is allowed but weakens a promise is warned of', () => {
  const warningsOf = (changes: Record<string, string>) =>
    loadConfig({ ...good, ...changes }).warnings.join('\n');
  assert.equal(warningsOf({}), '');
  assert.match(warningsOf({ NODE_ENV: '' }), /^SMTP_REQUIRE_TLS: without it/);
  assert.match(warningsOf({ SMTP_HOST: 'mail' }), /^SMTP_REQUIRE_TLS: without it/);
  assert.equal(warningsOf({ NODE_ENV: '', SMTP_REQUIRE_TLS: 'true' }), '');
  assert.equal(warningsOf({ NODE_ENV: '', SMTP_HOST: 'localhost' }), '');
  const allowed = { OTP_ALLOW_SHORT_CODES: 'true' };
  assert.match(warningsOf({ ...allowed, OTP_LENGTHEN_AFTER: '0' }), /^OTP_LENGTHEN_AFTER: .* of 10 %$/);
  assert.match(warningsOf({ OTP_LONG_DIGITS: '7' }), /^OTP_LONG_DIGITS: .* of 0\.66 %$/);
  assert.match(warningsOf({ OTP_PURPOSES: 'login' }), /BEARER_PURPOSES: contains none of OTP_PURPOSES/);
});

test('a misspelt variable is warned of', () => {
  assert.match(loadConfig({ OTP_DIGIT: '8' }).warnings[0] ?? '', /^OTP_DIGIT: not a setting/);
  assert.match(
    loadConfig({ VONAGE_FORM: 'Us' }).warnings[0] ?? '',
    /^VONAGE_FORM: not a setting.*VONAGE_FROM/,
  );
  assert.deepEqual(loadConfig({ JWT_SECRET_FILE: '', PATH: '/bin' }).warnings, []);
});
