import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readEnvFile } from '../../src/cli/config.js';
import { prepare } from '../../src/cli/prepare.js';
import { productionSecrets } from '../helpers/otp.js';

// What people have done to other services of this kind, by their public bug reports, and what they are likely to do to ours.

const folder = mkdtempSync(join(tmpdir(), 'stateless-otp-'));
after(() => rmSync(folder, { recursive: true }));
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
}

type Settings = Record<string, string>;
const { OTP_SECRET_KEY: key, JWT_SECRET: token } = productionSecrets;
const hash = 'a1'.repeat(32);
const production = { NODE_ENV: 'production', ...productionSecrets };
const smtp = { DELIVERY_BACKEND: 'smtp', SMTP_HOST: 'localhost', SMTP_FROM: 'codes@example.com' };
const webhook = {
  DELIVERY_BACKEND: 'webhook',
  WEBHOOK_URL: 'https://hooks.example.com/otp',
  WEBHOOK_SECRET: key,
};
const twilio = {
  DELIVERY_BACKEND: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'hunter2',
  TWILIO_FROM_NUMBER: '+14155550123',
};
const ses = {
  DELIVERY_BACKEND: 'ses',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIA',
  AWS_SECRET_ACCESS_KEY: 'hunter2',
  SES_FROM: 'codes@example.com',
};
const redis = { STORE: 'redis', REDIS_URL: 'redis://localhost' };

/** Where the mistake is made; by default in the environment. */
type Mistake = [why: string, settings: Settings, line: RegExp];

const refused: Mistake[] = [
  // Numbers, switches and words of other programs.
  [
    'a length in words',
    { OTP_DIGITS: 'six' },
    /^OTP_DIGITS: given "six", allowed: a whole number from 4 to 10$/,
  ],
  ['a length with a decimal point', { OTP_DIGITS: '6.0' }, /^OTP_DIGITS: given "6.0", allowed: /],
  ['a number with separators', { MAX_CONNECTIONS: '2_048' }, /^MAX_CONNECTIONS: given "2_048", allowed: /],
  ['a number in hexadecimal', { PORT: '0x1f40' }, /^PORT: given "0x1f40", allowed: /],
  ['a port with its address', { PORT: '0.0.0.0:8000' }, /^PORT: given "0.0.0.0:8000", allowed: /],
  ['a port as in a URL', { PORT: ':8000' }, /^PORT: given ":8000", allowed: /],
  ['ports of Docker', { PORT: '8000:8000' }, /^PORT: given "8000:8000", allowed: /],
  [
    'minutes for seconds',
    { OTP_WINDOW_SECONDS: '5' },
    /^OTP_WINDOW_SECONDS: given "5", allowed: .* seconds from 30 to 600$/,
  ],
  [
    'milliseconds for seconds',
    { ACCESS_TOKEN_TTL: '900000' },
    /^ACCESS_TOKEN_TTL: given "900000", allowed: .* seconds/,
  ],
  ['a life with its unit', { ACCESS_TOKEN_TTL: '15m' }, /^ACCESS_TOKEN_TTL: given "15m", allowed: /],
  [
    'seconds for milliseconds',
    { REDIS_TIMEOUT_MS: '5' },
    /^REDIS_TIMEOUT_MS: given "5", allowed: .* milliseconds/,
  ],
  ['no limit, written as -1', { RATE_REQUEST_OTP_MAX: '-1' }, /^RATE_REQUEST_OTP_MAX: given "-1", allowed: /],
  [
    'no limit, written as unlimited',
    { RATE_REQUEST_IP_MAX: 'unlimited' },
    /^RATE_REQUEST_IP_MAX: given "unlimited"/,
  ],
  [
    'a rate with its period',
    { RATE_VERIFY_OTP_MAX: '10/10m' },
    /^RATE_VERIFY_OTP_MAX: given "10\/10m", allowed: /,
  ],
  [
    'a switch of YAML',
    { SIGN_IN_PAGE: 'on' },
    /^SIGN_IN_PAGE: given "on", allowed: `auto`, `true`, `false`$/,
  ],
  [
    'a switch of Python',
    { OTP_MAGIC_LINK: 'True', PUBLIC_URL: 'https://a.example' },
    /^OTP_MAGIC_LINK: given "True"/,
  ],
  [
    'a switch that is a number',
    { ...smtp, SMTP_SECURE: '1' },
    /^SMTP_SECURE: given "1", allowed: `true` or `false`$/,
  ],
  ['TLS by its name', { ...smtp, SMTP_SECURE: 'starttls' }, /^SMTP_SECURE: given "starttls", allowed: /],
  ['a level of another logger', { LOG_LEVEL: 'warning' }, /^LOG_LEVEL: given "warning", allowed: .*`warn`/],
  ['a level in capitals', { LOG_LEVEL: 'INFO' }, /^LOG_LEVEL: given "INFO", allowed: .*`info`/],
  ['workers by a fraction', { WORKERS: '0.5' }, /^WORKERS: given "0.5", allowed: /],
  ['workers by a word', { WORKERS: 'max' }, /^WORKERS: given "max", allowed: `auto` or/],
  ['a store by its product', { STORE: 'valkey' }, /^STORE: given "valkey", allowed: .*`redis`/],
  [
    'a backend that there is not',
    { DELIVERY_BACKEND: 'email' },
    /^DELIVERY_BACKEND: given "email", allowed: .*`smtp`/,
  ],
  [
    'two backends in one',
    { DELIVERY_BACKEND: 'smtp,twilio' },
    /^DELIVERY_BACKEND: given "smtp,twilio", allowed: /,
  ],
  ['an algorithm with RSA', { JWT_ALG: 'RS256' }, /^JWT_ALG: given "RS256", allowed: .*HS256/],
  ['a language with its country', { OTP_LOCALE: 'en_US' }, /^OTP_LOCALE: given "en_US", allowed: .*`en`/],
  [
    'a country by its name',
    { OTP_DEFAULT_COUNTRY: 'Germany' },
    /^OTP_DEFAULT_COUNTRY: given "Germany", allowed: /,
  ],
  [
    'a country by its calling code',
    { OTP_DEFAULT_COUNTRY: '+49' },
    /^OTP_DEFAULT_COUNTRY: given "\+49", allowed: /,
  ],

  // Addresses.
  ['a host with its scheme', { HOST: 'http://0.0.0.0' }, /^HOST: given "http:\/\/0.0.0.0", allowed: /],
  [
    'a public URL without a scheme',
    { PUBLIC_URL: 'otp.example.com' },
    /^PUBLIC_URL: given "otp.example.com", allowed: /,
  ],
  [
    'a public URL with its sign-in page',
    { PUBLIC_URL: 'https://otp.example.com/sign-in' },
    /^PUBLIC_URL: given "https/,
  ],
  ['a public URL of one slash', { PUBLIC_URL: 'https:/otp.example.com' }, /^PUBLIC_URL: given "https:\/otp/],
  ['two public URLs', { PUBLIC_URL: 'https://a.example,https://b.example' }, /^PUBLIC_URL: given "https/],
  [
    'an origin with a slash at its end',
    { CORS_ORIGINS: 'https://app.example.com/' },
    /^CORS_ORIGINS: given "https:\/\/app.example.com\/"/,
  ],
  [
    'an origin without a scheme',
    { CORS_ORIGINS: 'app.example.com' },
    /^CORS_ORIGINS: given "app.example.com", allowed: origins/,
  ],
  [
    'origins with spaces between them',
    { CORS_ORIGINS: 'https://a.example https://b.example' },
    /^CORS_ORIGINS: given/,
  ],
  [
    'origins with semicolons between them',
    { CORS_ORIGINS: 'https://a.example;https://b.example' },
    /^CORS_ORIGINS: given/,
  ],
  ['origins as JSON', { CORS_ORIGINS: '["https://a.example"]' }, /^CORS_ORIGINS: given "\["https/],
  [
    'an origin for every port',
    { CORS_ORIGINS: 'http://localhost:*' },
    /^CORS_ORIGINS: given "http:\/\/localhost:\*"/,
  ],
  ['a frame that is a path', { EMBED_ORIGINS: 'https://app.example.com/frame' }, /^EMBED_ORIGINS: given/],
  [
    'a cookie domain with a dot before it',
    {
      ...production,
      OTP_ALLOW_CONSOLE_DELIVERY: 'true',
      GATE_ALLOW: '@a.example',
      PUBLIC_URL: 'https://otp.example.com',
      GATE_COOKIE_DOMAIN: '.example.com',
    },
    /^GATE_COOKIE_DOMAIN: given ".example.com", allowed: a domain such as/,
  ],
  [
    'a cookie domain with a scheme',
    {
      GATE_ALLOW: '@a.example',
      PUBLIC_URL: 'https://otp.example.com',
      GATE_COOKIE_DOMAIN: 'https://example.com',
    },
    /^GATE_COOKIE_DOMAIN: given "https:\/\/example.com", allowed: a domain/,
  ],
  [
    'a cookie domain with a wildcard',
    { GATE_ALLOW: '@a.example', PUBLIC_URL: 'https://otp.example.com', GATE_COOKIE_DOMAIN: '*.example.com' },
    /^GATE_COOKIE_DOMAIN: given "\*.example.com", allowed: a domain/,
  ],
  [
    'a gate for a domain without its @',
    { GATE_ALLOW: 'example.com' },
    /^GATE_ALLOW: given "example.com", allowed: /,
  ],
  [
    'a gate for subdomains',
    { GATE_ALLOW: '@*.example.com' },
    /^GATE_ALLOW: given "@\*.example.com", allowed: .*without wildcards/,
  ],
  ['a gate for a country by its zeros', { GATE_ALLOW: '0049' }, /^GATE_ALLOW: given "0049", allowed: /],
  [
    'a gate with semicolons',
    { GATE_ALLOW: '@a.example;@b.example' },
    /^GATE_ALLOW: given "@a.example;@b.example"/,
  ],
  [
    'a proxy by its name',
    { TRUSTED_PROXIES: 'traefik' },
    /^TRUSTED_PROXIES: given "traefik", allowed: addresses/,
  ],
  [
    'a proxy with its port',
    { TRUSTED_PROXIES: '10.0.0.1:443' },
    /^TRUSTED_PROXIES: given "10.0.0.1:443", allowed: /,
  ],
  [
    'proxies as Express has them',
    { TRUSTED_PROXIES: 'uniquelocal' },
    /^TRUSTED_PROXIES: given "uniquelocal", allowed: /,
  ],
  [
    'a proxy by a netmask',
    { TRUSTED_PROXIES: '10.0.0.0/255.0.0.0' },
    /^TRUSTED_PROXIES: given "10.0.0.0\/255/,
  ],
  [
    'every proxy in two halves',
    { TRUSTED_PROXIES: '128.0.0.0/1, 0.0.0.0/1' },
    /^TRUSTED_PROXIES: given .* do not cover all of IPv4/,
  ],

  // Mail.
  [
    'a mail server with its port',
    { ...smtp, SMTP_HOST: 'mail.example.com:587' },
    /^SMTP_HOST: given "mail.example.com:587", allowed: .*without a port/,
  ],
  [
    'a mail server as a URL',
    { ...smtp, SMTP_HOST: 'smtp://u:hunter2@mail.example.com' },
    /^SMTP_HOST: given "smtp:\/\/\*\*\*@mail.example.com"/,
  ],
  [
    'STARTTLS on the port of TLS',
    { ...smtp, SMTP_PORT: '465', SMTP_SECURE: 'false' },
    /^SMTP_SECURE: must not be false with SMTP_PORT=465/,
  ],
  [
    'TLS on the port of STARTTLS',
    { ...smtp, SMTP_PORT: '587', SMTP_SECURE: 'true' },
    /^SMTP_SECURE: must not be true with SMTP_PORT=587/,
  ],
  [
    'a user without a password',
    { ...smtp, SMTP_USERNAME: 'codes' },
    /^SMTP_USERNAME: goes together with SMTP_PASSWORD/,
  ],
  ['a name for a sender', { ...smtp, SMTP_FROM: 'Example' }, /^SMTP_FROM: given "Example", allowed: /],
  [
    'two senders',
    { ...smtp, SMTP_FROM: 'a@example.com, b@example.com' },
    /^SMTP_FROM: given "a@example.com, b@example.com"/,
  ],
  ['a sender in the form of a link', { ...smtp, SMTP_FROM: 'mailto:codes@example.com' }, /^SMTP_FROM: given/],
  ['mail without a server', { ...smtp, SMTP_HOST: '' }, /^SMTP_HOST: required with smtp delivery$/],

  // Providers.
  ['a region with its zone', { ...ses, AWS_REGION: 'eu-central-1 a' }, /^AWS_REGION: given/],
  [
    'an account of Twilio that is a key',
    { ...twilio, TWILIO_ACCOUNT_SID: `SK${'0a'.repeat(16)}` },
    /^TWILIO_ACCOUNT_SID: given "SK[0a]+", allowed: AC .* \(an API key, SK…, is TWILIO_API_KEY_SID\)$/,
  ],
  [
    'a key of Twilio without an account',
    { ...twilio, TWILIO_ACCOUNT_SID: '', TWILIO_API_KEY_SID: `SK${'0a'.repeat(16)}` },
    /^TWILIO_ACCOUNT_SID: required with twilio delivery$/,
  ],
  [
    'a national number for a sender',
    { ...twilio, TWILIO_FROM_NUMBER: '4155550123' },
    /^TWILIO_FROM_NUMBER: given "4155550123"/,
  ],
  [
    'a webhook in the clear',
    { ...webhook, WEBHOOK_URL: 'http://hooks.example.com/?k=hunter2' },
    /^WEBHOOK_URL: given "http:\/\/hooks.example.com\/\?\*\*\*"/,
  ],
  [
    'a webhook on this machine',
    { ...webhook, WEBHOOK_URL: 'https://127.0.0.1/' },
    /^WEBHOOK_URL: given "https:\/\/127.0.0.1\/", allowed: /,
  ],
  [
    'a webhook signed by a word',
    { ...webhook, WEBHOOK_SECRET: 'hunter2' },
    /^WEBHOOK_SECRET: given 7 characters, allowed: /,
  ],
  [
    'a route by an arrow',
    { DELIVERY_ROUTES: 'email:smtp' },
    /^DELIVERY_ROUTES: given "email:smtp", allowed: /,
  ],
  ['a route as JSON', { DELIVERY_ROUTES: '{"email":["smtp"]}' }, /^DELIVERY_ROUTES: given/],

  // Secrets.
  [
    'a secret that is the name of its file',
    { JWT_SECRET: '/run/secrets/jwt' },
    /^JWT_SECRET: given 16 characters, allowed: /,
  ],
  [
    'a secret where its file belongs',
    { JWT_SECRET_FILE: token },
    /^JWT_SECRET_FILE: names a file that cannot be read$/,
  ],
  [
    'a secret and its file',
    { JWT_SECRET: token, JWT_SECRET_FILE: write('jwt', token) },
    /^JWT_SECRET: given twice, also as JWT_SECRET_FILE$/,
  ],
  [
    'a file that holds the whole line',
    { JWT_SECRET_FILE: write('line', `JWT_SECRET=${token}\n`) },
    /^JWT_SECRET: begins with its own name/,
  ],
  [
    'a value with its name, from a template',
    { BRAND_NAME: 'BRAND_NAME=Example' },
    /^BRAND_NAME: begins with its own name/,
  ],
  [
    'a file of random bytes',
    { OTP_SECRET_KEY_FILE: write('bytes', Buffer.alloc(32, 0xe9)) },
    /^OTP_SECRET_KEY_FILE: names a file that is not text/,
  ],
  [
    'a secret of two lines',
    { OTP_SECRET_KEY: `${key.slice(0, 20)}\n${key.slice(20)}` },
    /^OTP_SECRET_KEY: given 45 characters, allowed: base64/,
  ],
  [
    'a variable that Compose has not replaced',
    { BRAND_NAME: `\${BRAND}` },
    /^BRAND_NAME: is a reference to a variable/,
  ],
  [
    'a variable that Kubernetes has not replaced',
    { ...redis, REDIS_PASSWORD: '$(REDIS_PW)' },
    /^REDIS_PASSWORD: is a reference to a variable/,
  ],
  [
    'a value that Helm has not filled in',
    { JWT_ISSUER: '{{ .Values.issuer }}' },
    /^JWT_ISSUER: is a reference to a variable/,
  ],
  [
    'a value that a script did not have',
    { JWT_AUDIENCE: 'undefined' },
    /^JWT_AUDIENCE: is "undefined", which is what templates write/,
  ],
  ['a value that Helm did not have', { BRAND_NAME: '<no value>' }, /^BRAND_NAME: is "<no value>"/],
  [
    'the placeholder of a README',
    { ...smtp, SMTP_USERNAME: '<your user>', SMTP_PASSWORD: 'p' },
    /^SMTP_USERNAME: is a reference to a variable or a placeholder/,
  ],
  [
    'one secret for two things',
    { OTP_SECRET_KEY: key, JWT_SECRET: key },
    /^JWT_SECRET: must differ from OTP_SECRET_KEY$/,
  ],
  [
    'the secret of an example',
    { JWT_SECRET: 'your-jwt-secret-your-jwt-secret-1234' },
    /^JWT_SECRET: looks like a placeholder/,
  ],
  [
    'a public key',
    { JWT_PRIVATE_KEY: '-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----' },
    /^JWT_PRIVATE_KEY: given \d+ characters, allowed: /,
  ],
  // Nothing more: not that JWT_SECRET is missing, which together with a repaired key would be refused.
  [
    'a key that is broken, and its algorithm',
    {
      ...production,
      ...smtp,
      JWT_SECRET: '',
      JWT_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----',
      JWT_ALG: 'ES256',
    },
    /^JWT_PRIVATE_KEY: given \d+ characters, allowed: /,
  ],
  [
    'a key in a file that is not there, and its algorithm',
    { ...production, ...smtp, JWT_SECRET: '', JWT_PRIVATE_KEY_FILE: '/no/such.pem', JWT_ALG: 'EdDSA' },
    /^JWT_PRIVATE_KEY_FILE: names a file that cannot be read$/,
  ],
  [
    'the keys of callers in the clear',
    { API_KEYS: 'shop=sk_live_hunter2' },
    /^API_KEYS: given .*allowed: `name=hash`/,
  ],
  [
    'the keys of callers from a file',
    { API_KEYS_FILE: write('keys', `shop=${hash}`) },
    /^API_KEYS_FILE: only secrets are read from files/,
  ],
  ['the keys of callers without names', { API_KEYS: hash }, /^API_KEYS: given/],
  [
    'a test identity without its day',
    { OTP_TEST_IDENTITIES: 'review@example.com=482931' },
    /^OTP_TEST_IDENTITIES: given 25 characters, allowed: /,
  ],

  // Redis.
  [
    'Redis by its host',
    { STORE: 'redis', REDIS_URL: 'redis:6379' },
    /^REDIS_URL: given 10 characters, allowed: /,
  ],
  [
    'Redis by http',
    { STORE: 'redis', REDIS_URL: 'http://redis:6379' },
    /^REDIS_URL: given 17 characters, allowed: /,
  ],
  ['a password with a slash', { STORE: 'redis', REDIS_URL: 'redis://:hunter2/x@redis' }, /^REDIS_URL: .*%2F/],
  ['a password with a #', { STORE: 'redis', REDIS_URL: 'redis://:hunter2#x@redis' }, /^REDIS_URL: .*%23/],
  [
    'a store without its server',
    { STORE: 'redis' },
    /^REDIS_URL: required with STORE=redis, such as redis:\/\/127\.0\.0\.1:6379$/,
  ],
  [
    'a server without its store',
    { REDIS_URL: 'redis://redis' },
    /^REDIS_URL: has no effect without STORE=redis/,
  ],

  // One listener, so that the other could not start.
  [
    'metrics at the port of the service',
    { METRICS_PORT: '8000', PORT: '8000' },
    /^METRICS_PORT: given "8000", must differ/,
  ],
  [
    'metrics at the port of the service, on every interface',
    { METRICS_PORT: '0.0.0.0:9000', PORT: '9000', HOST: 'localhost' },
    /^METRICS_PORT: given "0\.0\.0\.0:9000", must differ/,
  ],

  // The page.
  ['a colour by name', { BRAND_COLOR: 'blue' }, /^BRAND_COLOR: given "blue", allowed: a colour such as/],
  [
    'a logo on this machine',
    { BRAND_LOGO_URL: './logo.svg' },
    /^BRAND_LOGO_URL: given ".\/logo.svg", allowed: /,
  ],
  [
    'a home without a slash',
    { SIGN_IN_HOME: 'dashboard' },
    /^SIGN_IN_HOME: given "dashboard", allowed: a path/,
  ],
  [
    'templates in a file',
    { OTP_TEMPLATES_DIR: write('template.txt', '{{code}}') },
    /^OTP_TEMPLATES_DIR: .*template\.txt cannot be read/,
  ],
];

const warned: Mistake[] = [
  [
    'quotes of a word processor',
    { ...redis, REDIS_PASSWORD: '“hunter2”' },
    /^REDIS_PASSWORD: is in typographic quotes/,
  ],
  [
    'a password in groups, as its page shows it',
    { ...smtp, SMTP_USERNAME: 'codes', SMTP_PASSWORD: 'hunter2\u00a0hunter2' },
    /^SMTP_PASSWORD: holds a no-break space/,
  ],
  [
    'a test identity of last year',
    { OTP_TEST_IDENTITIES: 'new@example.com=482931@2999-12-31,review@example.com=482931@2020-12-31' },
    /^OTP_TEST_IDENTITIES: entry 2 has no effect, because its last day has passed$/,
  ],
  [
    'a setting of another service',
    { ...smtp, SMTP_USER: 'codes' },
    /^SMTP_USER: not a setting .*did you mean `SMTP_USERNAME`/,
  ],
  [
    'a password of another service',
    { ...smtp, SMTP_PASS: 'hunter2' },
    /^SMTP_PASS: not a setting .*did you mean `SMTP_PASSWORD`/,
  ],
  [
    'one origin of several',
    { CORS_ORIGIN: 'https://a.example' },
    /^CORS_ORIGIN: not a setting .*`CORS_ORIGINS`/,
  ],
  ['Redis by its parts', { REDIS_HOST: 'redis' }, /^REDIS_HOST: not a setting/],
  ['a setting in lower case', { otp_digits: '8' }, /^otp_digits: not a setting .*`OTP_DIGITS`/],
  ['quotes that Docker passes on', { OTP_DIGITS: '"8"' }, /^OTP_DIGITS: came with its quotes/],
  [
    'a comment that Docker passes on',
    { BRAND_NAME: 'Example # our name' },
    /^BRAND_NAME: holds a # after a space/,
  ],
  [
    'the settings of a sender without it',
    { SMTP_HOST: 'mail.example.com' },
    /^SMTP_HOST: no effect without smtp delivery$/,
  ],
  [
    'colours without a page',
    { SIGN_IN_PAGE: 'false', BRAND_COLOR: '#2f5bd7' },
    /^BRAND_COLOR: no effect without the sign-in page/,
  ],
  [
    'mail that may go out in the clear',
    { ...smtp, SMTP_HOST: 'mail.example.com' },
    /^SMTP_REQUIRE_TLS: without it, codes/,
  ],
  [
    'codes that never get long',
    { OTP_LENGTHEN_AFTER: '0' },
    /^OTP_LENGTHEN_AFTER: a year of guessing .* 75 %$/,
  ],
  [
    'a cookie for a registry',
    { GATE_COOKIE_DOMAIN: 'co.uk', PUBLIC_URL: 'https://otp.co.uk' },
    /^GATE_COOKIE_DOMAIN: given "co.uk", under which strangers/,
  ],
  [
    'tokens that nothing accepts',
    { OTP_PURPOSES: 'payment' },
    /^BEARER_PURPOSES: contains none of OTP_PURPOSES/,
  ],
];

/** As lines of a settings file. */
const inFile: [why: string, text: string, line: RegExp][] = [
  ['a password with a #', `SMTP_PASSWORD=hunter2#x\n`, /^SMTP_PASSWORD: has a #; put the value in quotes/],
  ['a colour without quotes', 'BRAND_COLOR=#2f5bd7\n', /^BRAND_COLOR: has a #; put the value in quotes/],
  ['YAML', 'OTP_DIGITS: 8\n', /line 1 is not NAME=value$/],
  ['a section', '[service]\nOTP_DIGITS=8\n', /line 1 is not NAME=value$/],
  ['a setting of another service', 'SMTP_USER=codes\n', /^SMTP_USER: not a setting .*`SMTP_USERNAME`/],
  [
    'the port of a service link',
    'SMTP_PORT=tcp://10.0.0.1:25\n',
    /^SMTP_PORT: given "tcp:\/\/10.0.0.1:25", allowed: /,
  ],
  ['a name twice', 'OTP_DIGITS=6\nOTP_DIGITS=8\n', /^OTP_DIGITS: given twice/],
  [
    'what Node reads before',
    'NODE_EXTRA_CA_CERTS=/ca.pem\n',
    /^NODE_EXTRA_CA_CERTS: has no effect in a settings file/,
  ],
];

test('the table has the cases that it should have', () => {
  assert.ok(
    refused.length + warned.length + inFile.length >= 100,
    String(refused.length + warned.length + inFile.length),
  );
});

/** Passwords are `hunter2` here; the others are long. */
const secrets = new RegExp(`hunter2|${key.replaceAll('+', '\\+')}|${token}`);

describe('is refused, by name, with what is allowed and without a secret:', () => {
  for (const [why, settings, line] of refused) {
    test(why, async () => {
      const { config, problems } = await prepare({ PORT: '0', ...settings });
      assert.equal(config, null);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
      // A key of a caller is no setting that is secret: hashes belong there.
      if (!settings['API_KEYS']) assert.doesNotMatch(problems[0] ?? '', secrets);
    });
  }
});

describe('is warned of, by name and without a secret:', () => {
  for (const [why, settings, line] of warned) {
    test(why, async () => {
      const { problems, warnings } = await prepare({ PORT: '0', ...settings });
      assert.deepEqual(problems, []);
      assert.ok(
        warnings.some((warning) => line.test(warning)),
        warnings.join('\n'),
      );
      assert.doesNotMatch(warnings.join('\n'), secrets);
    });
  }
});

describe('is refused in a settings file, by name and without a secret:', () => {
  for (const [index, [why, text, line]] of inFile.entries()) {
    test(why, async () => {
      const { config, problems } = await prepare(
        { PORT: '0' },
        readEnvFile(write(`settings${index}.env`, text)),
      );
      assert.equal(config, null);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
      assert.doesNotMatch(problems[0] ?? '', secrets);
    });
  }
});
