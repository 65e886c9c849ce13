import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../src/cli/config.js';
import { generateSecretKey } from '../../src/otp.js';
import { createGateFile } from '../helpers/gate-file.js';
import { productionSecrets } from '../helpers/otp.js';

const mail = {
  NODE_ENV: 'production',
  ...productionSecrets,
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'mail.example.com',
  SMTP_FROM: 'Example <codes@example.com>',
};
const hook = {
  ...mail,
  DELIVERY_BACKEND: 'webhook',
  SMTP_HOST: '',
  SMTP_FROM: '',
  WEBHOOK_SECRET: generateSecretKey(),
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_ALLOW_INSECURE_HTTP: 'true',
  OTP_PHONE_COUNTRIES: 'DE',
};
const redis = { ...mail, STORE: 'redis' };
const encode = (text: string) => Buffer.from(text).toString('base64');

type Settings = Record<string, string>;
const publicHosts = ['cache.example.com', '8.8.8.8', '203.0.113.7', '[2001:db8::1]', '134744072'];
const privateHosts = [
  'localhost',
  '127.0.0.1',
  '[::1]',
  '10.1.2.3',
  '192.168.0.9',
  '[fd00::1]',
  'cache',
  'db.internal',
];

/** Each is wrong in production, by this one name, and fine in development. */
const unsafe: [why: string, settings: Settings, line: RegExp][] = [
  ...publicHosts
    .filter((host) => !host.startsWith('['))
    .map((host): [string, Settings, RegExp] => [
      `mail to ${host} that may go out without TLS`,
      { ...mail, SMTP_HOST: host, SMTP_REQUIRE_TLS: 'false' },
      /^SMTP_REQUIRE_TLS: given "false", allowed: true in production with SMTP_HOST=/,
    ]),
  [
    'mail to a public address by IPv6',
    { ...mail, SMTP_HOST: '2001:db8::1', SMTP_REQUIRE_TLS: 'false' },
    /^SMTP_REQUIRE_TLS: given "false", allowed: true/,
  ],
  ...publicHosts.map((host): [string, Settings, RegExp] => [
    `Redis at ${host} in the clear`,
    { ...redis, REDIS_URL: `redis://:s3cret-of-redis@${host}:6379/1` },
    /^REDIS_URL: in production a server outside private networks needs TLS: write rediss:\/\//,
  ]),
  [
    'a cluster of which one host is elsewhere',
    { ...redis, REDIS_URL: 'redis+cluster://a,b,c.example.com' },
    /^REDIS_URL: in production .* needs TLS/,
  ],
  [
    'Sentinels elsewhere',
    { ...redis, REDIS_URL: 'redis+sentinel://sentinel.example.com/main' },
    /^REDIS_URL: in production .* needs TLS/,
  ],
  [
    'servers behind TLS, but not the Sentinels',
    { ...redis, REDIS_URL: 'rediss+sentinel://sentinel.example.com/main?sentinel_tls=false' },
    /^REDIS_URL: in production .* needs TLS/,
  ],
  ...publicHosts.map((host): [string, Settings, RegExp] => [
    `a webhook at ${host} in the clear`,
    { ...hook, WEBHOOK_URL: `http://${host}/otp?token=s3cret` },
    /^WEBHOOK_URL: given "http:\/\/[^"]*", allowed: in production https/,
  ]),
  [
    'codes to phones anywhere, which nobody has asked for',
    { ...hook, WEBHOOK_URL: 'https://cache.example.com/otp', OTP_PHONE_COUNTRIES: '' },
    /^OTP_PHONE_COUNTRIES: required in production with webhook delivery/,
  ],
  [
    'a sign-in page that nobody can sign in at',
    { ...mail, PUBLIC_URL: 'http://otp.example.com' },
    /^PUBLIC_URL: given "http:\/\/otp.example.com", allowed: an https URL in production/,
  ],
  [
    'the same on this machine',
    { ...mail, PUBLIC_URL: 'http://localhost:8000' },
    /^PUBLIC_URL: given "http:\/\/localhost:8000", allowed: an https URL in production/,
  ],
  [
    'a cookie for a whole domain that anyone gets',
    { ...mail, GATE_COOKIE_DOMAIN: 'example.com', PUBLIC_URL: 'https://otp.example.com' },
    /^GATE_COOKIE_DOMAIN: given "example.com", allowed: only with GATE_ALLOW or GATE_FILE in production/,
  ],
  [
    'codes that never get long',
    { ...mail, OTP_LENGTHEN_AFTER: '0' },
    /^OTP_LENGTHEN_AFTER: given "0", allowed: .*\(10 %\)/,
  ],
  [
    'long codes that are short',
    { ...mail, OTP_LONG_DIGITS: '6' },
    /^OTP_LONG_DIGITS: given "6", allowed: .*\(6.4 %\)/,
  ],
  [
    'a limit that is none',
    { ...mail, RATE_REQUEST_OTP_MAX: '100000', RATE_DAY: 'off' },
    /^RATE_REQUEST_OTP_MAX: given "100000", allowed: .*unless OTP_ALLOW_SHORT_CODES=true/,
  ],
  [
    'settings that only together are too weak',
    { ...mail, OTP_LONG_DIGITS: '8', RATE_REQUEST_OTP_MAX: '10', RATE_DAY: 'off' },
    /^OTP_LONG_DIGITS: given "8", allowed: .*together with RATE_REQUEST_OTP_MAX/,
  ],
  ...(
    [
      ['a sentence', 'this sentence is the secret of our tokens', 'is text with spaces in it'],
      ['the alphabet', 'abcdefghijklmnopqrstuvwxyz-ABCDEF', 'is text with a sequence'],
      ['the top row of the keyboard', 'Zk3-qwertyuiop-Zk3-QWERTYUIOP-Zk3', 'is text with a sequence'],
      ['digits that count', '0123456789abcdef0123456789abcdef', 'is text with a sequence'],
    ] as const
  ).flatMap(([why, text, weakness]): [string, Settings, RegExp][] =>
    [
      ['JWT_SECRET', text],
      ['JWT_SECRET_PREVIOUS', text],
      ['OTP_SECRET_KEY', encode(text)],
      ['OTP_IDENTITY_KEY', encode(text)],
    ].map(([name = '', value = '']) => [
      `${why} as ${name}`,
      { ...mail, [name]: value },
      new RegExp(`^${name}: ${weakness}`),
    ]),
  ),
];

describe('production refuses, by name and in one line, and development accepts', () => {
  for (const [why, settings, line] of unsafe) {
    test(why, () => {
      const { problems } = loadConfig(settings);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
      assert.doesNotMatch(problems[0] ?? '', /s3cret/);
      assert.deepEqual(loadConfig({ ...settings, NODE_ENV: 'development' }).problems, []);
    });
  }
});

test('the same to hosts that are private, and with TLS, is fine in production', () => {
  for (const host of privateHosts) {
    const bare = host.replace(/[[\]]/g, '');
    for (const settings of [
      { ...mail, SMTP_HOST: bare },
      { ...mail, SMTP_HOST: bare, SMTP_REQUIRE_TLS: 'false' },
      { ...redis, REDIS_URL: `redis://${host}:6379/1` },
      { ...redis, REDIS_URL: `redis+sentinel://${host}/main` },
      { ...hook, WEBHOOK_URL: `http://${host}/otp` },
    ]) {
      assert.deepEqual(loadConfig(settings).problems, [], JSON.stringify(settings));
    }
  }
  for (const settings of [
    mail,
    { ...mail, SMTP_PORT: '465', SMTP_REQUIRE_TLS: 'false' },
    { ...mail, SMTP_SECURE: 'true' },
    { ...mail, PUBLIC_URL: 'https://otp.example.com' },
    {
      ...mail,
      PUBLIC_URL: 'https://otp.example.com',
      GATE_COOKIE_DOMAIN: 'example.com',
      GATE_ALLOW: '@example.com',
    },
    {
      ...mail,
      PUBLIC_URL: 'https://otp.example.com',
      GATE_COOKIE_DOMAIN: 'example.com',
      GATE_FILE: createGateFile({ hosts: {} }).path,
    },
    { ...redis, REDIS_URL: 'rediss://cache.example.com' },
    { ...redis, REDIS_URL: 'redis://cache.example.com?ssl=true' },
    { ...redis, REDIS_URL: 'unix:///run/redis.sock' },
    { ...hook, WEBHOOK_URL: 'https://cache.example.com/otp' },
    { ...mail, OTP_LENGTHEN_AFTER: '0', OTP_ALLOW_SHORT_CODES: 'true' },
    { ...mail, OTP_LENGTHEN_AFTER: '1000', OTP_MAX_ATTEMPTS: '100' },
    // What is not in use is not judged.
    { ...mail, REDIS_PASSWORD: 'p', WEBHOOK_URL: 'http://cache.example.com/' },
    { ...hook, WEBHOOK_URL: 'https://a.example', SMTP_HOST: 'mail.example.com', SMTP_REQUIRE_TLS: 'false' },
  ]) {
    assert.deepEqual(loadConfig(settings).problems, [], JSON.stringify(settings));
  }
});

test('mail to a public server requires TLS in production unless it is set, and nowhere else', () => {
  const read = (settings: Settings) => loadConfig({ ...mail, ...settings }).config?.SMTP_REQUIRE_TLS;
  assert.equal(read({}), true);
  assert.equal(read({ SMTP_HOST: 'smtp.gmail.com' }), true);
  assert.equal(read({ SMTP_HOST: 'mail' }), false);
  assert.equal(read({ SMTP_HOST: 'mail', SMTP_REQUIRE_TLS: 'true' }), true);
  assert.equal(read({ NODE_ENV: 'development' }), false);
});

test('random secrets are always accepted, as each common tool makes them', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (one, other) => {
        // Random by the generator alone: fast-check likes zeros and repetitions.
        const seen = new Set([...one, ...other]);
        fc.pre(seen.size >= 40);
        const [key, secret] = [Buffer.from(one), Buffer.from(other)];
        for (const [otpKey, jwtSecret] of [
          [key.toString('base64'), secret.toString('hex')],
          [key.toString('base64url'), secret.toString('base64')],
          [key.toString('hex'), secret.toString('base64url')],
        ] as const) {
          assert.deepEqual(
            loadConfig({ ...mail, OTP_SECRET_KEY: otpKey, JWT_SECRET: jwtSecret }).problems,
            [],
          );
        }
      },
    ),
    { seed: 14, numRuns: 200 },
  );
});

test('a cookie domain under which others may have hosts is warned of', () => {
  const warningsOf = (domain: string) =>
    loadConfig({ GATE_COOKIE_DOMAIN: domain, PUBLIC_URL: `https://otp.${domain}`, GATE_ALLOW: '@a.example' })
      .warnings;
  for (const domain of ['co.uk', 'github.io', 'vercel.app'])
    assert.match(warningsOf(domain).join('\n'), new RegExp(`^GATE_COOKIE_DOMAIN: given "${domain}"`));
  for (const domain of ['example.com', 'example.co.uk']) assert.deepEqual(warningsOf(domain), []);
});

test('a home country whose numbers are sent no codes is warned of, and countries where no phone is reached', () => {
  const warningsOf = (settings: Settings) => loadConfig(settings).warnings.join('\n');
  const home = { OTP_DEFAULT_COUNTRY: 'AT', OTP_PHONE_COUNTRIES: 'DE,CH' };
  assert.match(warningsOf(home), /^OTP_DEFAULT_COUNTRY: given "AT", which is not among OTP_PHONE_COUNTRIES/m);
  for (const listed of ['DE,AT', '*', '*,!DE'])
    assert.equal(warningsOf({ ...home, OTP_PHONE_COUNTRIES: listed }), '', listed);
  assert.match(
    warningsOf({ ...mail, OTP_PHONE_COUNTRIES: 'DE' }),
    /^OTP_PHONE_COUNTRIES: no effect without delivery to phones$/m,
  );
});
