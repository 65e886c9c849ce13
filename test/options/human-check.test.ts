import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { toHumanCheck } from '../../src/cli/human-check.js';
import { createOtp, type OtpOptions } from '../../src/index.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';

const { transport } = createInbox();
const create = (humanCheck: unknown) =>
  createOtp({ secretKey, jwtSecret, transports: [transport], humanCheck } as OtpOptions);
const siteKey = '1x00000000000000000000AA';
const secret = '1x0000000000000000000000000000000AA';
const turnstile = { HUMAN_CHECK: 'turnstile', HUMAN_CHECK_SITE_KEY: siteKey, HUMAN_CHECK_SECRET: secret };
const read = (environment: Record<string, string>) => {
  const { config, problems } = loadConfig({ NODE_ENV: 'test', ...environment });
  assert.ok(config, problems.join('\n'));
  return toHumanCheck(config);
};

test('the library takes both providers, and names what is wrong with either', () => {
  for (const right of [undefined, { provider: 'altcha' }, { provider: 'turnstile', siteKey, secret }]) {
    void create(right).close();
  }
  const wrong: [unknown, RegExp][] = [
    ['altcha', /^TypeError: humanCheck must be an object with provider, got a string$/],
    [{}, /^RangeError: humanCheck\.provider must be /],
    [{ provider: 'recaptcha' }, /^RangeError: humanCheck\.provider must be .*altcha.*turnstile/],
    [{ provider: 'altcha', key: 'x' }, /^TypeError: .*unknown option `key`/],
    [
      { provider: 'altcha', secret },
      /^TypeError: humanCheck\.secret has no effect with the provider altcha$/,
    ],
    [
      { provider: 'altcha', siteKey },
      /^TypeError: humanCheck\.siteKey has no effect with the provider altcha$/,
    ],
    [{ provider: 'turnstile', secret }, /^TypeError: humanCheck\.siteKey must be given/],
    [{ provider: 'turnstile', siteKey }, /^TypeError: humanCheck\.secret must be given/],
    [
      { provider: 'turnstile', siteKey: secret, secret: siteKey },
      /^RangeError: humanCheck\.siteKey must be /,
    ],
    [{ provider: 'turnstile', siteKey: 1, secret }, /^RangeError: humanCheck\.siteKey must be /],
    [{ provider: 'turnstile', siteKey, secret: 'a b' }, /^RangeError: humanCheck\.secret must be /],
    [{ provider: 'turnstile', siteKey, secret: 7 }, /^TypeError: humanCheck\.secret must be a string/],
  ];
  for (const [given, message] of wrong) {
    assert.throws(
      () => create(given),
      (error: Error) => {
        assert.match(String(error), message);
        assert.ok(!String(error).includes(secret), 'a message repeats no secret');
        return true;
      },
    );
  }
});

test('the service asks by puzzle unless it is told otherwise, and nobody in development', () => {
  assert.equal(read({})?.provider, 'altcha');
  assert.equal(read({ HUMAN_CHECK: 'off' }), undefined);
  assert.deepEqual(read(turnstile), { provider: 'turnstile', siteKey, secret });
  for (const NODE_ENV of ['development', ' development ']) {
    assert.equal(read({ NODE_ENV }), undefined);
    assert.equal(read({ NODE_ENV, ...turnstile }), undefined);
  }
});

test('what is missing, wrong or without effect is refused by name, in development too', () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ HUMAN_CHECK: 'captcha' }, /^HUMAN_CHECK: given "captcha", allowed: .*altcha.*turnstile.*off/],
    [
      { HUMAN_CHECK: 'turnstile', HUMAN_CHECK_SECRET: secret },
      /^HUMAN_CHECK_SITE_KEY: required with HUMAN_CHECK=turnstile$/,
    ],
    [
      { HUMAN_CHECK: 'turnstile', HUMAN_CHECK_SITE_KEY: siteKey },
      /^HUMAN_CHECK_SECRET: required with HUMAN_CHECK=turnstile$/,
    ],
    [
      { HUMAN_CHECK_SITE_KEY: siteKey },
      /^HUMAN_CHECK_SITE_KEY: has no effect without HUMAN_CHECK=turnstile$/,
    ],
    [
      { HUMAN_CHECK: 'off', HUMAN_CHECK_SECRET: secret },
      /^HUMAN_CHECK_SECRET: has no effect without HUMAN_CHECK=turnstile$/,
    ],
    [{ ...turnstile, HUMAN_CHECK_SITE_KEY: secret }, /^HUMAN_CHECK_SITE_KEY: given .* allowed: a site key/],
    [
      { ...turnstile, HUMAN_CHECK_SECRET: 'two words' },
      /^HUMAN_CHECK_SECRET: given 9 characters, allowed: a secret/,
    ],
  ];
  for (const NODE_ENV of ['development', 'test']) {
    for (const [given, line] of cases) {
      const { problems } = loadConfig({ NODE_ENV, ...given });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', line);
    }
  }
});

test('the secret is read from a file, and never shown', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'otp-human-check-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, `${secret}\n`);
  chmodSync(file, 0o600);
  const { HUMAN_CHECK_SECRET: _, ...rest } = turnstile;
  const given = { ...rest, HUMAN_CHECK_SECRET_FILE: file };
  assert.equal(read(given)?.secret, secret);
  const shown = formatCheck(loadConfig(given));
  assert.match(shown, /^HUMAN_CHECK_SECRET +\(set\)$/m);
  assert.ok(!shown.includes(secret));
});
