import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { createOtp, generateSecretKey, type OtpOptions, type Transport } from '../../src/index.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createRedisStore } from '../../src/stores/redis.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';
import { createPem } from '../helpers/tokens.js';

const { transport } = createInbox();
const create = (options: object) =>
  createOtp({ secretKey, jwtSecret, transports: [transport], ...options } as OtpOptions);
const otherSecret = generateSecretKey();
const privateKey = createPem('P-256');

describe('the library says at construction what is wrong, by name', () => {
  const cases: [why: string, options: object, message: RegExp][] = [
    ['no secret', { secretKey: undefined }, /^secretKey must be given; generateSecretKey\(\) returns one$/],
    ['a short secret', { secretKey: 'c2hvcnQ=' }, /^secretKey must be at least 32 bytes, got 5$/],
    ['a short secret for tokens', { jwtSecret: 'short' }, /^jwtSecret must be at least 32 bytes, got 5$/],
    ['a secret for tokens that is not text', { jwtSecret: 42 }, /^jwtSecret must be a string/],
    ['no secret for tokens', { jwtSecret: undefined }, /^jwtSecret or jwtPrivateKey must be given$/],
    [
      'a secret as text that is not base64',
      { secretKey: 'not base64!' },
      /^secretKey must be bytes or base64/,
    ],
    ['one secret for everything', { jwtSecret: secretKey }, /^jwtSecret must differ from secretKey$/],
    [
      'one secret for everything, once as bytes',
      { secretKey: Buffer.from(jwtSecret), jwtSecret },
      /^jwtSecret must differ from secretKey$/,
    ],
    [
      'a token secret that is the identity key',
      { identityKey: otherSecret, jwtSecret: otherSecret },
      /^jwtSecret must differ from identityKey$/,
    ],
    [
      'a rotation of codes that changes nothing',
      { previousSecretKey: secretKey, identityKey: otherSecret },
      /^previousSecretKey must differ from secretKey$/,
    ],
    [
      'a rotation of codes after which limits would begin again',
      { previousSecretKey: otherSecret },
      /^previousSecretKey needs identityKey/,
    ],
    [
      'a rotation of tokens that changes nothing',
      { previousJwtSecret: ` ${jwtSecret}` },
      /^previousJwtSecret must differ from jwtSecret$/,
    ],
    [
      'a rotation of keys that changes nothing',
      { jwtSecret: undefined, jwtPrivateKey: privateKey, previousJwtPrivateKey: privateKey },
      /^previousJwtPrivateKey must differ from jwtPrivateKey$/,
    ],
    ...['changeme', 'change-me-', 'your-secret-key-', 'secret-goes-here-', 'x'].map(
      (word): [string, object, RegExp] => [
        `the placeholder ${word}`,
        { jwtSecret: word.repeat(40) },
        /^jwtSecret looks like a placeholder; .*generateSecretKey/,
      ],
    ),
    ['a key of zeros', { secretKey: new Uint8Array(32) }, /^secretKey looks like a placeholder/],
    [
      'a store that is a promise',
      { store: Promise.resolve(createMemoryStore()) },
      /^store is a promise: await it/,
    ],
    [
      'a client for a store',
      { store: { get() {}, set() {} } },
      /^store must have open, .* without open, attempt/,
    ],
    [
      'a store that counts what it cannot give back',
      { store: { ...createMemoryStore(), refund: undefined } },
      /^store must have spend, refund, got an object without refund$/,
    ],
    [
      'a ceiling on messages, and a store that counts none',
      { store: { ...createMemoryStore(), spend: undefined, refund: undefined }, paidDayMax: 100 },
      /^paidDayMax cannot be used with a store without spend: nothing would count against it$/,
    ],
    [
      'a limit on short codes, and a store that counts none',
      { store: { ...createMemoryStore(), spend: undefined, refund: undefined }, shortOpenMax: 100 },
      /^shortOpenMax cannot be used with a store without spend: /,
    ],
    ['a store by its name', { store: 'redis' }, /^store must have open, .*, got a string without/],
    [
      'a transport for a list',
      { transports: transport },
      /^transports must be a list of at least one transport, got an object/,
    ],
    [
      'no transport',
      { transports: [] },
      /^transports must be a list of at least one transport, got an empty list/,
    ],
    [
      'a transport that is a promise',
      { transports: [Promise.resolve(transport)] },
      /^transports\[0\] is a promise: await it/,
    ],
    [
      'a factory for a transport',
      { transports: [transport, () => transport] },
      /^transports\[1\] is a function: call it, and pass what it returns$/,
    ],
    [
      'a transport without a name',
      { transports: [{ ...transport, name: '' }] },
      /^transports\[0\]\.name must be a string/,
    ],
    [
      'a transport for a channel that does not exist',
      { transports: [{ ...transport, channels: ['mail'] }] },
      /^transports\[0\]\.channels must be a list of email, sms, .*, got \[mail\]/,
    ],
    [
      'everyone as a proxy',
      { trustedProxies: true },
      /^trustedProxies: .*a list of addresses, CIDR ranges, loopback or unix, got true/,
    ],
    ['a number of proxies', { trustedProxies: 1 }, /^trustedProxies: .*a list of addresses/],
    ['a proxy by its name', { trustedProxies: ['proxy'] }, /^trustedProxies: .* got proxy/],
    ['a country by its name', { defaultCountry: 'Germany' }, /^defaultCountry must be an ISO 3166-1/],
    [
      'a wildcard origin',
      { corsOrigins: ['*'] },
      /^corsOrigins must be origins as browsers send them.*, got \*$/,
    ],
    ['an origin for a list', { corsOrigins: 'https://a.example' }, /^corsOrigins must be a list of origins/],
    [
      'a key for its hash',
      { apiKeyHashes: ['sk_live_1'] },
      /^apiKeyHashes must be hashes that generateApiKey makes/,
    ],
    [
      'a key without a name',
      { apiKeyHashes: [{ hash: '0'.repeat(64) }] },
      /^apiKeyHashes must be hashes .*, or a list of \{ name, hash, rights \}/,
    ],
    [
      'a right that does not exist',
      { apiKeyHashes: [{ name: 'ops', hash: '0'.repeat(64), rights: ['root'] }] },
      /^apiKeyHashes: ops has the right "root", which does not exist; rights are otp, operate, unguarded$/,
    ],
    [
      'a right without the one that it is about',
      { apiKeyHashes: [{ name: 'ops', hash: '0'.repeat(64), rights: ['operate', 'unguarded'] }] },
      /^apiKeyHashes: ops has the right "unguarded" without "otp"/,
    ],
    [
      'a client without a hash',
      { introspectClients: [{ name: 'api' }] },
      /^introspectClients must be a list of \{ name, hash \}/,
    ],
    [
      'a route to nobody',
      { routes: { email: ['pigeon'] } },
      /^routes: pigeon is not a transport that serves email/,
    ],
    [
      'a route of one name',
      { routes: { email: 'inbox' } },
      /^routes must map channels .* to lists of transport names/,
    ],
    ['a gate rule that is a domain', { gateAllow: ['example.com'] }, /^gateAllow: .*got example\.com/],
    [
      'a cookie for a suffix',
      { cookieDomain: 'com', publicUrl: 'https://a.com' },
      /^cookieDomain must be a domain/,
    ],
    ['a shared sign-in nowhere', { cookieDomain: 'example.com' }, /^cookieDomain needs publicUrl/],
    [
      'a shared sign-in elsewhere',
      { cookieDomain: 'example.com', publicUrl: 'https://badexample.com' },
      /^publicUrl must be the URL of a host under cookieDomain \(example\.com\)/,
    ],
    [
      'a public URL of one page',
      { publicUrl: 'https://a.example/sign-in' },
      /^publicUrl must be a URL such as/,
    ],
    ['links that begin nowhere', { magicLink: true }, /^magicLink needs publicUrl/],
    [
      'a page without its purpose',
      { signInPage: true, purposes: ['payment'] },
      /^purposes must include sign-in/,
    ],
    [
      'answers that wait for a message, with a gate',
      { gateAllow: ['@a.example'], deliveryMode: 'direct' },
      /^deliveryMode must be background with gateAllow/,
    ],
    [
      'a refresh life of seconds',
      { refreshTokenTtlSeconds: 59 },
      /^refreshTokenTtlSeconds must be .* from 60/,
    ],
    [
      'milliseconds for seconds',
      { accessTokenTtlSeconds: 900_000 },
      /^accessTokenTtlSeconds must be .* to 86400, got 900000$/,
    ],
    [
      'a life with its unit',
      { accessTokenTtlSeconds: '15m' },
      /^accessTokenTtlSeconds must be a whole number .*, got string$/,
    ],
    ['a home elsewhere', { signInHome: 'https://elsewhere.example' }, /^signInHome must be a path/],
    [
      'a test identity without a day',
      { testIdentities: [{ identity: 'a@b.example', code: '123456' }] },
      /^testIdentities: entry 1 needs its last day/,
    ],
    [
      'a logger without levels',
      { logger: { log() {} } },
      /^logger must have info, warn, error, got an object without/,
    ],
    ['a clock that stands still', { clock: Date.now() }, /^clock must be a function/],
    ['a language that is not there', { defaultLocale: 'xx' }, /^defaultLocale must be one of en, /],
    ['the name of a setting', { OTP_DIGITS: 6 }, /^unknown option `OTP_DIGITS`; did you mean `digits`\?$/],
    ['a name from elsewhere', { ttl: 300 }, /^unknown option `ttl`; did you mean `windowSeconds`\?$/],
  ];
  for (const [why, options, message] of cases) {
    test(why, () => {
      assert.throws(
        () => create(options),
        (error: Error) =>
          (error instanceof TypeError || error instanceof RangeError) && message.test(error.message),
      );
    });
  }

  test('and never repeats a secret', () => {
    for (const name of ['secretKey', 'previousSecretKey', 'identityKey', 'jwtSecret', 'jwtPrivateKey']) {
      assert.throws(
        () => create({ [name]: 'hunter2' }),
        ({ message }: Error) => message.startsWith(name) && !message.includes('hunter2'),
      );
    }
  });
});

test('options that are a text are refused without repeating it: a URL may hold a password', async () => {
  await assert.rejects(createRedisStore('redis://:hunter2@localhost' as never), {
    message: 'options must be an object, got a string',
  });
});

test('the login of other mailers is named as it is called here', () => {
  const smtp = { host: 'mail.example.com', from: 'codes@example.com' };
  for (const [wrong, right] of [
    ['auth', 'username'],
    ['user', 'username'],
    ['pass', 'password'],
  ]) {
    assert.throws(() => createSmtpTransport({ ...smtp, [wrong as string]: 'x' }), {
      message: `unknown option \`${wrong}\`; did you mean \`${right}\`?`,
    });
  }
});

test('what is right stays right: the identity key is a master secret, and a transport may do more than it must', () => {
  create({ identityKey: secretKey });
  create({ secretKey: otherSecret, previousSecretKey: secretKey, identityKey: secretKey });
  class Pager implements Transport {
    name = 'pager';
    channels = ['custom'] as const;
    async send() {
      return { ok: true as const };
    }
  }
  create({ transports: [new Pager()], logger: console, store: createMemoryStore() });
});

describe('the service names a setting that has no effect', () => {
  const smtp = { DELIVERY_BACKEND: 'smtp', SMTP_HOST: 'localhost', SMTP_FROM: 'a@b.example' };
  const refused: [given: Record<string, string>, line: RegExp][] = [
    [{ REDIS_URL: 'redis://localhost' }, /^REDIS_URL: has no effect without STORE=redis/],
  ];
  for (const [given, line] of refused) {
    test(Object.keys(given).join(), () => {
      const { problems } = loadConfig(given);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', line);
    });
  }
  const warned: [given: Record<string, string>, line: string][] = [
    [{ SMTP_HOST: 'localhost', SMTP_PORT: '25' }, 'SMTP_HOST, SMTP_PORT: no effect without smtp delivery'],
    [{ ...smtp, WEBHOOK_URL: 'https://a.example' }, 'WEBHOOK_URL: no effect without webhook delivery'],
    [{ REDIS_PASSWORD: 'p' }, 'REDIS_PASSWORD: no effect without STORE=redis'],
    [
      { STORE: 'redis', REDIS_URL: 'redis://localhost', MEMORY_STORE_MAX_ENTRIES: '10' },
      'MEMORY_STORE_MAX_ENTRIES: no effect without STORE=memory',
    ],
    [{ DELIVERY_QUEUE_MAX: '10' }, 'DELIVERY_QUEUE_MAX: no effect without DELIVERY_MODE=background'],
    [
      { SIGN_IN_PAGE: 'false', SIGN_IN_HOME: '/', BRAND_COLOR: '#2f5bd7' },
      'SIGN_IN_HOME, BRAND_COLOR: no effect without the sign-in page (SIGN_IN_PAGE)',
    ],
    [
      { API_KEYS: `shop=${'a1'.repeat(32)}`, EMBED_ORIGINS: 'https://app.example.com' },
      'EMBED_ORIGINS: no effect without the sign-in page (SIGN_IN_PAGE)',
    ],
    [
      { OTP_BINDING: 'challenge', RATE_VERIFY_OTP_MAX: '20' },
      'RATE_VERIFY_OTP_MAX: no effect with OTP_BINDING=challenge, since it counts unbound codes only',
    ],
    [{ HOST: '/run/otp/socket', PORT: '9000' }, 'PORT: no effect with a unix socket as HOST'],
    [
      { ...smtp, DELIVERY_BACKEND: 'smtp', DELIVERY_ROUTES: 'email=smtp;sms=console' },
      'DELIVERY_BACKEND: no effect with DELIVERY_ROUTES, which says what delivers',
    ],
  ];
  for (const [given, line] of warned) {
    test(Object.keys(given).join(), () => {
      const loaded = loadConfig(given);
      assert.deepEqual([loaded.problems, loaded.warnings], [[], [line]]);
      assert.ok(formatCheck(loaded).includes(`warning: ${line}\n`));
    });
  }
});

test('a backend says what is wrong by its settings', () => {
  const apiKeySid = 'SK0123456789abcdef0123456789abcdef';
  const twilio = {
    DELIVERY_BACKEND: 'twilio',
    TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
    TWILIO_AUTH_TOKEN: 'token',
  };
  const whatsapp = {
    DELIVERY_BACKEND: 'whatsapp',
    WHATSAPP_TOKEN: 'token',
    WHATSAPP_PHONE_NUMBER_ID: '1',
    WHATSAPP_TEMPLATE: 'code',
  };
  for (const [given, line] of [
    [twilio, /^settings of twilio delivery: one of from and messagingServiceSid|^TWILIO_/],
    [{ ...twilio, TWILIO_FROM_NUMBER: '+0' }, /^TWILIO_FROM_NUMBER: given "\+0", allowed: a number/],
    [
      { ...twilio, TWILIO_MESSAGING_SERVICE_SID: 'x' },
      /^TWILIO_MESSAGING_SERVICE_SID: given "x", allowed: MG/,
    ],
    [
      { ...twilio, TWILIO_FROM_NUMBER: '+15005550006', TWILIO_API_KEY_SID: twilio.TWILIO_ACCOUNT_SID },
      /^TWILIO_API_KEY_SID: given "AC0123456789abcdef0123456789abcdef", allowed: SK/,
    ],
    [
      { ...twilio, TWILIO_FROM_NUMBER: '+15005550006', TWILIO_API_KEY_SID: apiKeySid, TWILIO_AUTH_TOKEN: '' },
      /^TWILIO_AUTH_TOKEN: required with twilio delivery$/,
    ],
    [{ ...whatsapp, WHATSAPP_LANGUAGES: 'en-US' }, /^WHATSAPP_LANGUAGES: given "en-US", allowed: /],
    [
      { ...whatsapp, WHATSAPP_LANGUAGES: 'pt_BR,en_us' },
      /^WHATSAPP_LANGUAGES: given "pt_BR,en_us", allowed: /,
    ],
    [
      { ...whatsapp, WHATSAPP_TOKEN: 'two words' },
      /^WHATSAPP_TOKEN: given 9 characters, allowed: printable ASCII/,
    ],
  ] as [Record<string, string>, RegExp][]) {
    const { problems } = loadConfig(given);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', line);
  }
  assert.deepEqual(loadConfig({ ...whatsapp, WHATSAPP_LANGUAGES: 'pt_BR,fil' }).problems, []);
});

test('national numbers of test identities are read as other numbers are', () => {
  const given = { OTP_TEST_IDENTITIES: '015112345678=482931@2026-12-31' };
  assert.match(loadConfig(given).problems.join(), /^OTP_TEST_IDENTITIES: given 30 characters, allowed: /);
  assert.deepEqual(loadConfig({ ...given, OTP_DEFAULT_COUNTRY: 'DE' }).problems, []);
});

describe('a call of the library names an option that it does not know', () => {
  const otp = create({ store: createMemoryStore() });
  const cases: [what: string, options: unknown, message: RegExp][] = [
    ['a slip', { channl: 'sms' }, /^unknown option `channl`; did you mean `channel`\?$/],
    ['an option of verify', { session: true }, /^unknown option `session`$/],
    ['an option of createOtp', { digits: 8 }, /^unknown option `digits`$/],
    ['no object', 'sms', /^options must be an object, got a string$/],
    ['null', null, /^options must be an object, got null$/],
  ];
  for (const [what, options, message] of cases) {
    test(what, async () => {
      const call = otp.request('ada@example.com', options as object);
      await assert.rejects(call, { name: 'TypeError', message });
    });
  }

  test('so does verify', async () => {
    const call = otp.verify('ada@example.com', '123456', { locale: 'de' } as object);
    await assert.rejects(call, { name: 'TypeError', message: /^unknown option `locale`$/ });
  });

  test('undefined is not given, and every documented option is known', async () => {
    const everywhere = {
      purpose: null,
      challenge: null,
      device: null,
      ip: null,
      requestId: null,
      caller: null,
    };
    const ofRequest = {
      channel: null,
      bind: null,
      locale: null,
      humanCheck: null,
      unguarded: false,
      link: false,
    };
    const sent = await otp.request('ada@example.com', {
      ...everywhere,
      ...ofRequest,
      channl: undefined,
    } as object);
    assert.equal(sent.status, 'sent');
    const wrong = await otp.verify('ada@example.com', 'x', { ...everywhere, session: false, remember: null });
    assert.equal(wrong.status, 'invalid');
  });
});
