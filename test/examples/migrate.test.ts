// The page for people who come from another system: every line of its tables is run.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseEnv } from 'node:util';
import { OTPClient } from 'stateless-otp-sdk';
import { parse as parseYaml } from 'yaml';
import { loadConfig } from '../../src/cli/config.js';
import { createEngine } from '../../src/engine.js';
import { createOtp, generateSecretKey } from '../../src/index.js';
import { type SettingName, settingNames, settings } from '../../src/options/settings.js';
import { createConsoleTransport } from '../../src/transports/console.js';
import { createSmtpTransport } from '../../src/transports/smtp.js';
import { createTwilioTransport } from '../../src/transports/twilio.js';
import { createWebhookTransport } from '../../src/transports/webhook.js';
import { readConsoleCodes } from '../helpers/console-codes.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { type Service, sharedSecrets } from '../helpers/fleet.js';
import { createTestOtp, jwtSecret, makeWrong, post, secretKey } from '../helpers/otp.js';
import { postTo, root, runCli, startService } from '../helpers/process.js';
import { readCode, readTables, type TableRow } from '../helpers/tables.js';

const file = 'docs/migrate.md';
const identity = 'alice@example.com';
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every name of the two systems that someone may look for: endpoints, fields, settings, code, files and commands. */
const names = {
  'The Python service, over HTTP': `
    http://localhost:8000/api/v1 http://localhost:8000/docs auth_request
    identity otp success message ttl_seconds access_token token_type expires_in token active claims sub exp`,
  'The Python service, in the environment': `
    OTP_SECRET_KEY JWT_SECRET OTP_DIGITS OTP_WINDOW_SECONDS OTP_DRIFT_TOLERANCE ACCESS_TOKEN_TTL DELIVERY_BACKEND
    SMTP_HOST SMTP_PASSWORD TWILIO_ACCOUNT_SID RATE_REQUEST_OTP_MAX RATE_VERIFY_OTP_MAX`,
  'The Python service, in code': `
    generate_secret_key OTPEngine drift_tolerance TokenIssuer RateLimiter Console SMTPBackend SMTPConfig Twilio Webhook
    host username password from_address OTPService OTPServiceConfig config otp_secret_key jwt_secret delivery
    svc.request_otp svc.verify_otp result.success result.access_token hmac.compare_digest
    ./sdk/javascript/stateless-otp-sdk OTPClient baseUrl client.requestOTP client.verifyOTP accessToken client.verifyBearer`,
  'The Python service, files and commands': `
    core/otp.py core/token.py core/ratelimit.py core/delivery.py core/service.py api/main.py api/routes.py api/schemas.py
    sdk/javascript/ sdk/python/ tests/test_otp.py tests/test_api.py .env.example Dockerfile docker-compose.yml
    requirements.txt generate_secret_key()) secrets.token_hex(32)`,
  'The Django handler': `
    OTPHandler generate_otp verify_otp phone_number otp_code status message pending valid invalid expired blocked
    PHONE_SECRET_KEY _get_hashed_phone random.randint(10000,99999) timeout=120 otp_{hashed_phone}
    otp_attempts_{hashed_phone} cache.get cache.set cache.add cache.incr cache.delete CACHES BACKEND
    django_redis.cache.RedisCache LOCATION redis://cache:6379/1 OPTIONS CLIENT_CLASS django_redis.client.DefaultClient
    PASSWORD REDIS_PASSWORD hmac hashlib otp_handler.py settings.py docker-compose.yml redis:6.2-alpine cache:/data
    '6379:6379'`,
};
/** Those with spaces in them. */
const phrases: Record<string, string[]> = {
  'The Python service, over HTTP': ['Authorization: Bearer'],
  'The Python service, files and commands': [
    'pip install -r requirements.txt',
    'cp .env.example .env',
    'uvicorn api.main:app --reload',
    'pytest tests/ -v',
    'docker-compose up --build',
    'docker-compose up',
  ],
  'The Django handler': [
    'attempts > 3',
    'OTP already sent',
    'stored_otp == otp_code',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written there
    '--requirepass ${REDIS_PASSWORD}',
    'restart: always',
    '--save 20 1',
    '--loglevel warning',
    'pip install uv',
    'uv venv',
    'uv pip install django-redis',
  ],
};

describe('the tables of docs/migrate.md', () => {
  for (const [heading, listed] of Object.entries(names)) {
    test(`name everything under "${heading}", and nothing else`, () => {
      const shown = readTables(file, heading).flatMap((rows) =>
        rows.flatMap(({ cells }) => readCode(cells[0] ?? '')),
      );
      const expected = [...listed.trim().split(/\s+/), ...(phrases[heading] ?? [])];
      assert.deepEqual([...new Set(shown)].sort(), [...new Set(expected)].sort());
    });
  }

  test('have something in each cell that says what it is here, and a reason where it is nothing', () => {
    for (const { cells, line } of Object.keys(names)
      .flatMap((heading) => readTables(file, heading))
      .flat()) {
      assert.equal(cells.length, 3, `line ${line}`);
      const [, here = '', why = ''] = cells;
      if (here !== 'none') assert.ok(readCode(here).length > 0, `line ${line}: ${here}`);
      else assert.ok(why.length > 20, `line ${line} says nothing of what to do instead`);
    }
  });
});

/** Runs a test for each row of one table. */
function forEachRow(
  heading: string,
  index: number,
  run: (row: { here: string; there: string[]; row: TableRow }) => void | Promise<void>,
): void {
  const rows = readTables(file, heading)[index] ?? [];
  assert.ok(rows.length > 2, `${heading}: table ${index + 1} is not read`);
  for (const row of rows) {
    const [left = '', right = ''] = row.cells;
    const [here = 'none'] = readCode(right);
    test(`${left} is ${right}`, () => run({ here, there: readCode(left), row }));
  }
}

/** The settings by which the service behaves like the Python service. */
const [block] = readCodeBlocks(file).filter(({ language }) => language === 'ini');
const window = parseEnv(block?.code ?? '') as Record<string, string>;

describe('over HTTP, with the settings of the Python service', () => {
  const heading = 'The Python service, over HTTP';
  let service: Service;
  let token: string;
  let bodies: Record<string, object>;
  /** The keys that were sent and answered. */
  const keys = new Set<string>();
  before(async () => {
    service = await startService({ ...sharedSecrets, ...window, LOG_LEVEL: 'silent' });
    const readConsole = readConsoleCodes(service);
    const url = (path: string) => `${service.url}/api/v1/${path}`;
    const request = { identity };
    const sent = await postTo(url('otp/request'), request);
    assert.equal(sent.body.message, 'OTP sent successfully.');
    assert.ok(sent.body.ttl_seconds <= 300);
    const verify = { identity, otp: await readConsole(identity) };
    const verified = await postTo(url('otp/verify'), verify);
    assert.deepEqual([verified.body.token_type, verified.body.expires_in], ['bearer', 900]);
    token = verified.body.access_token;
    const check = { token };
    const checked = await postTo(url('token/verify'), check);
    assert.equal(checked.body.claims.sub, identity);
    const seen = [request, sent.body, verify, verified.body, check, checked.body, checked.body.claims];
    for (const key of seen.flatMap(Object.keys)) keys.add(key);
    bodies = { '/otp/request': request, '/otp/verify': verify, '/token/verify': check };
  });
  after(() => service?.stop());

  forEachRow(heading, 0, async ({ here, there }) => {
    const [method = '', path = ''] = here.split(' ');
    const [, resource = ''] = /^\/api\/v1(.*)$/.exec(path) ?? [];
    const answer =
      method === 'POST'
        ? await postTo(`${service.url}${path}`, bodies[resource])
        : await fetch(`${service.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    if (there[0]?.includes('/docs')) assert.equal(new URL(there[0]).pathname, path);
  });

  forEachRow(heading, 1, ({ here, there }) => {
    assert.deepEqual([here], there, 'it has the same name');
    assert.ok(keys.has(here), `${here} is in no request and no answer`);
  });

  test('a code or a token of the old service is refused, and nothing counts against its owner', async () => {
    // HMAC-SHA256(secret + identity + window), the first six digits of it.
    const window = Math.floor(Date.now() / 1000 / 300);
    const digest = createHmac('sha256', secretKey).update(`${identity}${window}`).digest('hex');
    const old = String(Number.parseInt(digest.slice(0, 8), 16) % 1_000_000).padStart(6, '0');
    const now = { at: window * 300 };
    const engine = createEngine({ secret: secretKey });
    const isChance = [-1, 0, 1].some(
      (drift) => engine.generate(identity, { at: now.at + drift * 300 }) === old,
    );
    assert.equal(engine.verify(identity, old, now).valid, isChance);
    const { otp, obtain, inbox } = createTestOtp();
    for (let tries = 0; tries < 20; tries++) {
      const { status, body } = await post(otp.handler, '/api/v1/otp/verify', { identity, otp: '482931' });
      assert.deepEqual([status, body.code], [410, 'expired_code']);
    }
    await obtain(identity);
    assert.equal((await otp.verify(identity, inbox.lastCode())).status, 'valid');
    const claims = { sub: identity, exp: Math.floor(Date.now() / 1000) + 900 };
    assert.deepEqual(await otp.verifyToken(signOld(claims)), { active: false });
  });

  test('a back end that checks HS256 with JWT_SECRET accepts the new tokens', () => {
    const [header, claims, signature] = token.split('.');
    const expected = createHmac('sha256', sharedSecrets.JWT_SECRET).update(`${header}.${claims}`);
    assert.equal(signature, expected.digest('base64url'));
    const parsed = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString());
    assert.deepEqual([parsed.sub, typeof parsed.exp], [identity, 'number']);
  });
});

/** A token as the Python service made them. */
function signOld(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${body}.${createHmac('sha256', jwtSecret).update(body).digest('base64url')}`;
}

describe('what went wrong over HTTP', () => {
  type TestOtp = ReturnType<typeof createTestOtp>;
  type Answer = { status: number; body: { code: string } };
  const request = ({ otp }: TestOtp) => post(otp.handler, '/api/v1/otp/request', { identity });
  const verify = ({ otp }: TestOtp, code: string) =>
    post(otp.handler, '/api/v1/otp/verify', { identity, otp: code });
  /** How each is brought about. */
  const scenes: Record<string, (parts: TestOtp) => Promise<Answer>> = {
    'a wrong code': async (parts) => verify(parts, parts.wrong(await parts.obtain(identity))),
    'an expired code': async (parts) => {
      const code = await parts.obtain(identity);
      parts.clock.advance(1200 * 1000);
      return verify(parts, code);
    },
    'a code a second time': async (parts) => {
      const code = await parts.obtain(identity);
      assert.equal((await verify(parts, code)).status, 200);
      return verify(parts, code);
    },
    'more than 5 sends in ten minutes': async (parts) => {
      for (let sends = 0; sends < 5; sends++) assert.equal((await request(parts)).status, 200);
      return request(parts);
    },
    'more than 10 verifies in ten minutes': async (parts) => {
      for (let codes = 0; codes < 2; codes++) {
        const code = await parts.obtain(identity);
        for (let tries = 0; tries < 5; tries++) await verify(parts, parts.wrong(code));
        parts.clock.advance(301 * 1000 * (1 - codes));
      }
      return verify(parts, '482931');
    },
    'a body that is not understood': ({ otp }) => post(otp.handler, '/api/v1/otp/verify', '{'),
    'a token that is not valid': async ({ otp }) => {
      const checked = await post(otp.handler, '/api/v1/token/verify', { token: 'x' });
      assert.deepEqual([checked.status, checked.body], [200, { active: false }]);
      const headers = { Authorization: 'Bearer x' };
      const answer = await otp.handler(new Request('http://localhost/api/v1/token/verify', { headers }));
      const [, code = ''] = /error="(\w+)"/.exec(answer.headers.get('WWW-Authenticate') ?? '') ?? [];
      return { status: answer.status, body: { code } };
    },
  };
  const heading = 'The Python service, over HTTP';
  for (const { cells } of readTables(file, heading)[2] ?? []) {
    const [scene = '', here = '', why = ''] = cells;
    const [, status, code] = /^(\d{3}) `(\w+)`$/.exec(here) ?? [];
    test(`${scene} answers ${here}`, async () => {
      const play = scenes[scene];
      assert.ok(play, `no test knows "${scene}"`);
      const answer = await play(
        createTestOtp({ lengthenAfter: 0, maxAttempts: scene.includes('10') ? 20 : 5 }),
      );
      assert.deepEqual([answer.status, answer.body.code], [Number(status), code]);
      const inWindow = await play(createTestOtp({ mode: 'window', allowUnrequestedCodes: true }));
      const [, other] = /with `OTP_MODE=window` it is an `(\w+)`/.exec(why) ?? [];
      if (/it works again/.test(why)) assert.equal(inWindow.status, 200);
      else assert.equal(inWindow.body.code, other ?? code);
    });
  }
  test('every scene has its line', () => {
    const shown = (readTables(file, heading)[2] ?? []).map(({ cells }) => cells[0]);
    assert.deepEqual(shown, Object.keys(scenes));
  });
});

/** What a setting cannot be without. */
const companions: Partial<Record<SettingName, Record<string, string>>> = {
  SMTP_PASSWORD: { SMTP_USERNAME: 'codes' },
  TWILIO_ACCOUNT_SID: {
    DELIVERY_BACKEND: 'twilio',
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM_NUMBER: '+14155550123',
  },
  REDIS_PASSWORD: { STORE: 'redis', REDIS_URL: 'redis://cache:6379/1' },
  REDIS_URL: { STORE: 'redis' },
  REDIS_KEY_PREFIX: { STORE: 'redis', REDIS_URL: 'redis://cache:6379/1' },
  STORE: { REDIS_URL: 'redis://cache:6379/1' },
};
const smtp = { DELIVERY_BACKEND: 'smtp', SMTP_HOST: 'mail.example.com', SMTP_FROM: 'codes@example.com' };

/** What is written as `...`. */
const filled: Partial<Record<SettingName, string>> = {
  OTP_SECRET_KEY: randomBytes(32).toString('base64'),
  JWT_SECRET: randomBytes(32).toString('hex'),
  OTP_IDENTITY_KEY: randomBytes(32).toString('base64'),
  SMTP_PASSWORD: 'pw',
  REDIS_PASSWORD: 'pw',
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
};

/** Holds that a setting is accepted and in force. */
function assertInForce(here: string, base: Record<string, string>): void {
  const [, name = '', text = ''] = /^([A-Z_]+)=(.+)$/.exec(here) ?? [];
  const setting = name as SettingName;
  assert.ok(settingNames.includes(setting), here);
  const value = text === '...' ? (filled[setting] ?? '') : text;
  const sender = setting.startsWith('TWILIO_') ? {} : smtp;
  const { config, problems, warnings, given } = loadConfig({
    ...sender,
    ...base,
    ...companions[setting],
    [setting]: value,
  });
  assert.deepEqual(problems, [], here);
  assert.ok(!warnings.some((line) => /no effect/.test(line)), `${here}: ${warnings.join('\n')}`);
  assert.equal(given[setting], value);
  assert.deepEqual(config?.[setting], settings[setting].parse(value));
}

describe('in the environment', () => {
  forEachRow('The Python service, in the environment', 0, ({ here, there }) => {
    assert.deepEqual([here.replace(/=.*/, '')], there, 'it has the same name');
    assertInForce(here, window);
  });

  test('the old settings together are what production accepts', () => {
    const rows = readTables(file, 'The Python service, in the environment')[0] ?? [];
    const old = rows.map(({ cells }) => readCode(cells[1] ?? '')[0] ?? '').map((line) => line.split('='));
    const values = old.map(([name = '', text]) => [
      name,
      text === '...' ? filled[name as SettingName] : text,
    ]);
    const given = { ...smtp, ...window, ...Object.fromEntries(values), NODE_ENV: 'production' };
    const { TWILIO_ACCOUNT_SID, ...others } = { ...given, SMTP_USERNAME: 'codes' };
    assert.ok(TWILIO_ACCOUNT_SID);
    assert.deepEqual(loadConfig(others).problems, []);
  });

  test('secrets that are too short or equal are refused by name', () => {
    assert.match(loadConfig({ JWT_SECRET: 'short' }).problems.join(), /^JWT_SECRET: /);
    const both = { OTP_SECRET_KEY: filled.OTP_SECRET_KEY, JWT_SECRET: filled.OTP_SECRET_KEY };
    assert.match(loadConfig(both).problems.join(), /^JWT_SECRET: .*OTP_SECRET_KEY/);
  });
});

describe('in code', () => {
  forEachRow('The Python service, in code', 0, async ({ here }) => {
    const { otp, inbox, obtain } = createTestOtp();
    const code = await obtain(identity);
    const verified = await createTestOtp({}).otp.verify(identity, '000000');
    assert.equal(verified.status, 'expired');
    const client = new OTPClient({
      baseUrl: 'http://localhost/api/v1',
      fetch: (input, init) => otp.handler(new Request(input, init), { remoteAddress: '192.0.2.1' }),
    });
    const signedIn = createTestOtp();
    const right = await signedIn.otp.verify(identity, await signedIn.obtain(identity));
    const transports = [createConsoleTransport()];
    const webhookSecret = randomBytes(32).toString('base64');
    const scope = {
      ...{ createEngine, createOtp, generateSecretKey, createConsoleTransport, createSmtpTransport },
      ...{ createTwilioTransport, createWebhookTransport, OTPClient, secretKey, jwtSecret, transports },
      ...{ webhookSecret, code, client },
      otp: here.includes('verifyToken') ? signedIn.otp : otp,
      token: right.status === 'valid' ? right.accessToken : '',
      require: createRequire(join(root, 'package.json')),
    };
    // A verify of the SDK before it, as the table has it.
    if (here.includes('verifyBearer')) await client.verifyOTP(identity, code);
    const names = Object.keys(scope);
    const evaluate = new Function(...names, `return (async () => ${here})();`);
    const result = await evaluate(...Object.values(scope));
    assert.ok(result, `${here} gives ${result}`);
    await result.close?.();
    assert.ok(inbox.messages.length > 0);
  });
});

describe('files and commands', () => {
  forEachRow('The Python service, files and commands', 0, async ({ here }) => {
    await assertThere(here);
  });
});

/** Holds that a file is there, or that a command runs what there is. */
async function assertThere(here: string): Promise<void> {
  const { scripts } = JSON.parse(read('package.json'));
  const [, script] = /^npm (?:run )?(\w+)$/.exec(here) ?? [];
  if (here === 'npm ci') assert.ok(existsSync(join(root, 'package-lock.json')));
  else if (script !== undefined) assert.ok(scripts[script], here);
  else if (here.startsWith('npx stateless-otp ')) {
    const [, , ...args] = here.split(' ');
    const isTag = args.includes('tag');
    const env = { OTP_SECRET_KEY: filled.OTP_SECRET_KEY ?? '', JWT_SECRET: filled.JWT_SECRET ?? '' };
    const { code, stdout } = await runCli(isTag ? [...args, '+4915112345678'] : args, isTag ? env : {});
    assert.equal(code, 0, here);
    assert.match(stdout, isTag ? /^[A-Za-z0-9_-]{10}\n$/ : /[A-Za-z0-9+/_-]{43}/);
  } else if (here.startsWith('cp ')) assert.ok(existsSync(join(root, here.split(' ')[1] ?? '')));
  else if (here.startsWith('docker compose up')) {
    assert.ok(parseYaml(read('docker-compose.yml')).services.otp.build, here);
  } else if (here.startsWith('pip install ')) {
    assert.ok(existsSync(join(root, here.split(' ')[2] ?? '', 'pyproject.toml')));
  } else assert.ok(existsSync(join(root, here)), here);
}

describe('the Django handler', () => {
  const heading = 'The Django handler';
  const handler = read('examples/django/otp_handler.py');
  const ofTheHandler = () =>
    createTestOtp({
      digits: 5,
      windowSeconds: 120,
      maxAttempts: 3,
      resend: 'refuse',
      accessTokens: 'off',
      lengthenAfter: 0,
    });
  const phone = '+4915112345678';
  const request = (otp: ReturnType<typeof ofTheHandler>['otp']) =>
    post(otp.handler, '/api/v1/otp/request', { identity: phone });
  const verify = (otp: ReturnType<typeof ofTheHandler>['otp'], code: string) =>
    post(otp.handler, '/api/v1/otp/verify', { identity: phone, otp: code });
  const scenes: Record<string, (parts: ReturnType<typeof ofTheHandler>) => ReturnType<typeof post>> = {
    pending: ({ otp }) => request(otp),
    valid: ({ otp, inbox }) => verify(otp, inbox.lastCode()),
    invalid: ({ otp, inbox }) => verify(otp, makeWrong(inbox.lastCode())),
    expired: ({ otp, inbox, clock }) => {
      clock.advance(121 * 1000);
      return verify(otp, inbox.lastCode());
    },
    blocked: async ({ otp, inbox }) => {
      for (let tries = 0; tries < 3; tries++) await verify(otp, makeWrong(inbox.lastCode()));
      return verify(otp, inbox.lastCode());
    },
  };

  forEachRow(heading, 0, async ({ here, there, row }) => {
    const scene = scenes[there[0] ?? ''];
    if (scene === undefined) {
      // A class, its functions, their arguments, and the keys of what they return; test/examples/django runs them.
      const [name = '', member = name] = here.split('.');
      assert.match(handler, new RegExp(`class ${name}|def ${member}|\\(${'.*'}${member}|"${member}":`));
      for (const word of there) assert.ok(handler.includes(word));
      return;
    }
    const [, right = '', text = ''] = row.cells;
    const parts = ofTheHandler();
    assert.equal((await request(parts.otp)).status, 200);
    const { status, body } = await scene(parts);
    assert.equal(status, Number(right.slice(0, 3)));
    assert.ok(status === 200 ? body['success'] === true : body.code === here);
    const [, said = ''] = /"(.+)"/.exec(text) ?? [];
    assert.ok(
      handler.includes(`"${there[0]}", "${said}"`) ||
        handler.includes(`"status": "${there[0]}", "message": "${said}"`),
    );
  });

  const djangoRecipe = parseEnv(
    readCodeBlocks('docs/django.md').find(({ language }) => language === 'ini')?.code ?? '',
  ) as Record<string, string>;

  forEachRow(heading, 1, async ({ here, there }) => {
    if (here === 'none') {
      for (const name of there) assert.ok(!settingNames.some((setting) => setting === name), name);
    } else if (here.startsWith('npx ')) await assertThere(here);
    else {
      const { OTP_PHONE_COUNTRIES, NODE_ENV, ...recipe } = djangoRecipe;
      assert.ok(OTP_PHONE_COUNTRIES && NODE_ENV);
      assertInForce(here, { ...recipe, ...smtp });
    }
  });

  forEachRow(heading, 2, async ({ here }) => {
    const compose = read('docker-compose.yml');
    if (here === 'none') return;
    if (compose.includes(here)) return;
    await assertThere(here);
  });
});
