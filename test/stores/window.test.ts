import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../src/cli/config.js';
import { createOutlook } from '../../src/cli/outlook.js';
import { createEngine } from '../../src/engine.js';
import { createOtp, type OtpOptions } from '../../src/index.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { createInbox, createTestOtp, jwtSecret, post, productionSecrets, secretKey } from '../helpers/otp.js';

const identity = 'alice@example.com';
const window = { mode: 'window', allowUnrequestedCodes: true } as const;
const allowed = { OTP_MODE: 'window', OTP_ALLOW_UNREQUESTED_CODES: 'true' };
const seconds = 1000;

/** The pure engine of the same installation. */
const createPure = (options: { namespace?: string }) => createEngine({ secret: secretKey, ...options });

describe('OTP_MODE=window', () => {
  test('the code is that of the pure engine, and verifies with identity and code alone', async () => {
    const { otp, clock, obtain } = createTestOtp(window);
    const code = await obtain(identity);
    assert.equal(code, createPure({}).generate(identity, { at: clock() / 1000 }));
    const { status, body } = await post(otp.handler, '/api/v1/otp/verify', { identity, otp: code });
    assert.equal(status, 200);
    assert.ok(body.access_token);
  });

  test('codes exist that nobody has asked for, at any instance', async () => {
    const { otp, clock } = createTestOtp(window);
    const code = createPure({}).generate(identity, { at: clock() / 1000 });
    assert.equal((await otp.verify(identity, code)).status, 'valid');
    assert.equal((await otp.verify(identity, code)).status, 'valid');
  });

  test('ttl_seconds is the time to the end of the window, and the same code is sent until then', async () => {
    const { otp, clock, obtain } = createTestOtp(window);
    clock.set(300 * 5_984_300 * seconds + 53 * seconds);
    const first = await otp.request(identity);
    assert.ok(first.status === 'sent');
    assert.deepEqual([first.ttlSeconds, first.challenge, first.codeLength], [247, undefined, 6]);
    const code = await obtain(identity);
    clock.advance(246 * seconds);
    assert.equal(await obtain(identity), code);
    clock.advance(1 * seconds);
    assert.notEqual(await obtain(identity), code);
  });

  test('codes of as many windows before and after are accepted as the drift tolerance says', async () => {
    for (const driftTolerance of [1, 3]) {
      const { otp, clock } = createTestOtp({ ...window, driftTolerance });
      const at = clock() / 1000;
      for (let drift = -5; drift <= 5; drift++) {
        const code = createPure({}).generate(identity, { at: at + drift * 300 });
        const expected = Math.abs(drift) <= driftTolerance ? 'valid' : 'invalid';
        assert.equal((await otp.verify(identity, code)).status, expected, `${drift} of ${driftTolerance}`);
      }
    }
  });

  test('purpose and namespace go into the code', async () => {
    const options = { ...window, namespace: 'shop', purposes: ['sign-in', 'pay'] };
    const { otp, clock } = createTestOtp(options);
    const at = clock() / 1000;
    const pure = createPure({ namespace: 'shop' });
    const pay = pure.generate(identity, { at, purpose: 'pay' });
    assert.equal((await otp.verify(identity, pay, { purpose: 'pay' })).status, 'valid');
    assert.equal((await otp.verify(identity, pay)).status, 'invalid');
    const other = createPure({}).generate(identity, { at });
    assert.equal((await otp.verify(identity, other)).status, 'invalid');
  });

  // Attack: guess at an identity that has asked for nothing.
  test('five sends and ten wrong verifies in ten minutes, and no more', async () => {
    const { otp, clock } = createTestOtp(window);
    for (let sends = 0; sends < 5; sends++) assert.equal((await otp.request(identity)).status, 'sent');
    assert.equal((await otp.request(identity)).status, 'rate_limited');
    const valid = [-1, 0, 1].map((drift) =>
      createPure({}).generate(identity, { at: clock() / 1000 + drift * 300 }),
    );
    const wrong = ['000001', '000002', '000003', '000004'].find((code) => !valid.includes(code)) ?? '';
    for (let left = 9; left >= 0; left--) {
      assert.deepEqual(await otp.verify(identity, wrong), { status: 'invalid', attemptsLeft: left });
    }
    const over = await otp.verify(identity, valid[1]);
    assert.ok(over.status === 'rate_limited' && over.limit === 'verify_identity');
    clock.advance(600 * seconds);
    assert.equal((await otp.verify(identity, wrong)).status, 'invalid');
  });

  test('runs with any store and keeps nothing of codes in it', async () => {
    const stateless = createTestOtp({ ...window, store: createStatelessStore() });
    const code = await stateless.obtain(identity);
    assert.match(code, /^[0-9]{6}$/);
    assert.equal((await stateless.otp.verify(identity, code)).status, 'valid');

    const untouched = new Proxy(createStatelessStore(), {
      get(store, name) {
        if (['open', 'attempt', 'consume', 'hit', 'release'].includes(String(name)))
          return () => assert.fail(`${String(name)} was called`);
        return Reflect.get(store, name);
      },
    });
    const { otp, obtain } = createTestOtp({ ...window, store: untouched });
    const again = await obtain(identity, { ip: '192.0.2.1' });
    assert.equal((await otp.verify(identity, again, { ip: '192.0.2.1' })).status, 'valid');
  });

  test('there is nothing to bind, and no browser to remember', async () => {
    const { otp } = createTestOtp(window);
    const request = (more: object) => post(otp.handler, '/api/v1/otp/request', { identity, ...more });
    const verify = (more: object) =>
      post(otp.handler, '/api/v1/otp/verify', { identity, otp: '482931', ...more });
    const challenge = 'a'.repeat(22);
    for (const answer of [
      await request({ bind: true }),
      await request({ challenge }),
      await verify({ challenge }),
      await verify({ remember: true }),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    }
    const { status } = await otp.handler(new Request('http://localhost/sign-in'));
    assert.equal(status, 404);
  });

  test('who is kept out cannot use the code that exists all the same', async () => {
    const { otp, clock } = createTestOtp({ ...window, shouldSend: (one) => one === identity });
    const at = clock() / 1000;
    const verify = (who: string) => otp.verify(who, createPure({}).generate(who, { at }));
    assert.equal((await verify(identity)).status, 'valid');
    assert.equal((await verify('mallory@example.com')).status, 'invalid');
  });

  test('codes of the key before a rotation work', async () => {
    const { otp, clock } = createTestOtp({
      ...window,
      secretKey: Buffer.from('abcdefghijklmnopqrstuv0123456789').toString('base64'),
      previousSecretKey: secretKey,
      identityKey: secretKey,
    });
    const code = createPure({}).generate(identity, { at: clock() / 1000 });
    assert.equal((await otp.verify(identity, code)).status, 'valid');
  });
});

describe('the start, with OTP_MODE=window,', () => {
  const refused: [settings: Record<string, string>, line: RegExp][] = [
    [
      { OTP_ALLOW_UNREQUESTED_CODES: 'false' },
      /^OTP_MODE: given "window", allowed: challenge unless OTP_ALLOW_UNREQUESTED_CODES=true/,
    ],
    [
      { OTP_DRIFT_TOLERANCE: '0' },
      /^OTP_DRIFT_TOLERANCE: given "0", allowed: at least 1 with OTP_MODE=window/,
    ],
    [
      { WORKERS: '2', STORE: 'redis', REDIS_URL: 'redis://127.0.0.1' },
      /^WORKERS: given "2", OTP_MODE=window allows 1/,
    ],
    [{ OTP_BINDING: 'challenge' }, /^OTP_BINDING: cannot be used with OTP_MODE=window/],
    [{ SIGN_IN_PAGE: 'true' }, /^SIGN_IN_PAGE: cannot be used with OTP_MODE=window/],
    [{ BRAND_COLOR: '#2f5bd7' }, /^BRAND_COLOR: cannot be used with OTP_MODE=window/],
  ];
  for (const [settings, line] of refused) {
    test(`refuses ${JSON.stringify(settings)}, by its name`, () => {
      const { problems } = loadConfig({ ...allowed, ...settings });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
    });
  }

  test('needs nothing else, in production and with any store, and says its odds', () => {
    const production = {
      ...allowed,
      NODE_ENV: 'production',
      ...productionSecrets,
      DELIVERY_BACKEND: 'smtp',
      SMTP_HOST: 'mail.example.com',
      SMTP_FROM: 'codes@example.com',
    };
    for (const store of [{}, { STORE: 'none' }, { STORE: 'redis', REDIS_URL: 'redis://cache:6379/1' }]) {
      const { problems, warnings, config } = loadConfig({ ...production, ...store });
      assert.deepEqual(problems, []);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', /^OTP_MODE: .* 0\.43 % per process$/);
      assert.ok(config);
      const outlook = createOutlook(config, { priceSms: undefined, maxOdds: undefined, maxBill: undefined });
      assert.equal(outlook.odds.identityYear.toFixed(2), '0.79');
    }
  });

  test('elsewhere, the drift tolerance is a warning that says where it counts', () => {
    const { problems, warnings } = loadConfig({ OTP_DRIFT_TOLERANCE: '2' });
    assert.deepEqual(problems, []);
    assert.match(warnings.join(), /^OTP_DRIFT_TOLERANCE: no effect without OTP_MODE=window/);
  });

  test('the library refuses the same', () => {
    const { transport } = createInbox();
    const create = (options: object) =>
      createOtp({ secretKey, jwtSecret, transports: [transport], mode: 'window', ...options } as OtpOptions);
    assert.throws(() => create({}), /^RangeError: mode must be challenge unless allowUnrequestedCodes=true/);
    const given = { allowUnrequestedCodes: true };
    create(given);
    assert.throws(() => create({ ...given, driftTolerance: 0 }), /^RangeError: driftTolerance/);
    assert.throws(() => create({ ...given, signInPage: true }), /^RangeError: signInPage/);
    assert.throws(() => create({ ...given, binding: 'challenge' }), /^RangeError: binding/);
  });
});
