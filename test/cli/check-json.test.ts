import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { settingNames } from '../../src/options/settings.js';
import { productionSecrets } from '../helpers/otp.js';
import { noEnvFile, runCli } from '../helpers/process.js';

type Settings = Record<string, string>;

const mail = {
  NODE_ENV: 'production',
  ...productionSecrets,
  DELIVERY_BACKEND: 'smtp',
  SMTP_HOST: 'mail.example.com',
  SMTP_FROM: 'codes@example.com',
};
const texts = {
  NODE_ENV: 'production',
  ...productionSecrets,
  DELIVERY_BACKEND: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0a'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'hunter2-of-twilio',
  TWILIO_FROM_NUMBER: '+14155550123',
  OTP_PHONE_COUNTRIES: 'DE:5000,AT',
};

/** With a ceiling for messages that cost. */
const ceiling = { ...texts, RATE_PAID_DAY_MAX: '1000' };

async function check(settings: Settings, ...args: string[]) {
  const { code, stdout, stderr } = await runCli(['check', '--json', ...noEnvFile, ...args], settings);
  return { code, stderr, found: stdout === '' ? null : JSON.parse(stdout) };
}

const members = [
  'ok',
  'problems',
  'warnings',
  'settings',
  'odds',
  'messages_day',
  'bill_day',
  'delay_seconds',
  'lock',
];

test('one JSON object holds all that the text says, with every member', async () => {
  const { code, found } = await check(mail);
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(found), members);
  assert.deepEqual([found.ok, found.problems, found.warnings], [true, [], []]);
  assert.deepEqual(Object.keys(found.settings), settingNames);
  assert.deepEqual([found.settings.OTP_DIGITS, found.settings.REDIS_URL], ['6', null]);
  assert.deepEqual(Object.keys(found.odds), [
    'identity_year',
    'identity_year_store_lost_weekly',
    'spray_day',
  ]);
  assert.equal(found.odds.spray_day, 0.048);
  assert.ok(found.odds.identity_year > 0 && found.odds.identity_year < 2e-4);
  assert.deepEqual(Object.keys(found.messages_day), ['mailbox', 'number', 'all']);
  assert.deepEqual(found.bill_day, { amount: 0, per_sms: null });
  assert.deepEqual(Object.keys(found.delay_seconds), ['unknown', 'known']);
  assert.deepEqual(Object.keys(found.lock), ['networks', 'messages', 'hours']);
});

test('the text has the same figures under the same names', async () => {
  const { found } = await check(texts, '--price-sms', '0.07');
  const { code, stdout } = await runCli(['check', ...noEnvFile, '--price-sms', '0.07'], texts);
  assert.equal(code, 0);
  for (const group of ['odds', 'messages_day', 'delay_seconds']) {
    for (const [name, value] of Object.entries<number | null>(found[group])) {
      const [, shown] = new RegExp(`^${group}\\.${name} +(\\S+?):? `, 'm').exec(stdout) ?? [];
      if (value === null) assert.equal(shown, 'unbounded', name);
      else assert.ok(Math.abs(Number(shown) - value) <= value * 0.06, `${name}: ${shown} for ${value}`);
    }
  }
  assert.match(stdout, /^bill_day +unbounded at 0\.07 a message$/m);
  assert.match(
    stdout,
    new RegExp(`^lock +${found.lock.networks} networks? and ${found.lock.messages} messages`, 'm'),
  );
});

test('what is wrong is named, and the members that follow from a valid configuration are null', async () => {
  const { code, found } = await check({ ...texts, OTP_DIGITS: '11', OTP_PHONE_COUNTRIES: 'UK' });
  assert.equal(code, 2);
  assert.deepEqual(Object.keys(found), members);
  assert.deepEqual(found.problems, [
    'OTP_DIGITS: given "11", allowed: a whole number from 4 to 10',
    'OTP_PHONE_COUNTRIES: UK is not a country; did you mean GB?',
  ]);
  assert.deepEqual([found.ok, found.settings, found.odds, found.lock], [false, {}, null, null]);
});

// Attack: read the secrets of an installation from the report of a pipeline.
test('no secret is in it, not even in an address', async () => {
  const settings = {
    ...texts,
    STORE: 'redis',
    REDIS_URL: 'rediss://:hunter2-of-redis@cache.example.com',
    EVENTS_URL: 'https://events.example.com/?key=hunter2-of-events',
    EVENTS_SECRET: Buffer.from('hunter2-of-events-0123456789').toString('base64'),
    OTP_TEST_IDENTITIES: 'review@example.com=482931@9999-12-31',
  };
  const { code, found } = await check(settings);
  assert.equal(code, 0, JSON.stringify(found.problems));
  const text = JSON.stringify(found);
  assert.doesNotMatch(text, /hunter2|482931/);
  for (const secret of [
    productionSecrets.OTP_SECRET_KEY,
    productionSecrets.JWT_SECRET,
    settings.EVENTS_SECRET,
  ])
    assert.ok(!text.includes(secret));
  assert.equal(found.settings.TWILIO_AUTH_TOKEN, '(set)');
  assert.equal(found.settings.JWT_SECRET_PREVIOUS, null);
});

describe('a threshold that is passed is exit code 1, and named', () => {
  const cases: [settings: Settings, args: string[], problem: RegExp | null][] = [
    [mail, ['--max-odds', '2e-4'], null],
    [mail, ['--max-odds', '1e-5'], /^--max-odds: .* over 1\.0e-5$/],
    [{ ...mail, OTP_LENGTHEN_AFTER: '1000' }, ['--max-odds', '0.0001'], /^--max-odds: /],
    [mail, ['--max-bill', '50', '--price-sms', '0.07'], null],
    [mail, ['--max-bill', '0'], null],
    [texts, ['--max-bill', '50', '--price-sms', '0.07'], /^--max-bill: .* no ceiling/],
    [ceiling, ['--max-bill', '70', '--price-sms', '0.07'], null],
    [ceiling, ['--max-bill', '69.99', '--price-sms', '0.07'], /^--max-bill: a day can cost 70, over 69\.99$/],
  ];
  for (const [settings, args, problem] of cases) {
    test(`${settings['DELIVERY_BACKEND']} ${args.join(' ')}`, async () => {
      const { code, found } = await check(settings, ...args);
      assert.equal(code, problem ? 1 : 0);
      assert.equal(found.ok, problem === null);
      if (problem) assert.match(found.problems.join('\n'), problem);
      else assert.deepEqual(found.problems, []);
      const text = await runCli(['check', ...noEnvFile, ...args], settings);
      assert.equal(text.code, code);
      assert.equal(/^FAILED {3}--max/m.test(text.stdout), problem !== null);
    });
  }
});

test('every threshold that is not a number is named in one line, and nothing is checked', async () => {
  const { code, stderr, found } = await check(
    mail,
    '--price-sms',
    '0,07',
    '--max-odds',
    '2',
    '--max-bill',
    'lots',
  );
  assert.equal(code, 2);
  assert.equal(found, null);
  assert.match(stderr, /^stateless-otp: --price-sms: given "0,07".*--max-odds: given "2".*--max-bill: .*\n$/);
  for (const option of ['--price-sms', '--max-odds', '--max-bill']) {
    const { code, stderr } = await runCli(['serve', option, '1']);
    assert.deepEqual([code, stderr.includes(`${option} goes with check`)], [2, true]);
  }
});

test('a bill needs the price of a message, and is what the ceiling costs', async () => {
  const { code, stderr } = await check(ceiling, '--max-bill', '70');
  assert.deepEqual([code, stderr.includes('--max-bill: needs --price-sms')], [2, true]);
  const { found } = await check(ceiling, '--price-sms', '0.07');
  assert.deepEqual([found.messages_day.all, found.bill_day], [1000, { amount: 70, per_sms: 0.07 }]);
  const { found: unpriced } = await check(ceiling);
  assert.deepEqual(unpriced.bill_day, { amount: null, per_sms: null });
  const { found: logged } = await check({ ...ceiling, RATE_DAY: 'log' }, '--price-sms', '0.07');
  assert.deepEqual([logged.messages_day.all, logged.bill_day.amount], [null, null]);
});

test('--help explains each of them', async () => {
  const { stdout } = await runCli(['check', '--help']);
  for (const option of ['--json', '--price-sms', '--max-odds', '--max-bill', '--connect'])
    assert.match(stdout, new RegExp(`^ +${option} `, 'm'));
});
