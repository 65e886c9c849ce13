import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formatCheck } from '../../src/cli/check.js';
import { loadConfig } from '../../src/cli/config.js';
import { createConfiguredOtp } from '../../src/cli/create.js';
import { createOutlook } from '../../src/cli/outlook.js';
import { stores } from '../../src/cli/stores.js';
import { createOtp, type OtpOptions } from '../../src/index.js';
import { type SettingName, settingNames, settings } from '../../src/options/settings.js';
import { createStatelessStore } from '../../src/stores/none.js';
import { createInbox, jwtSecret, secretKey } from '../helpers/otp.js';

const folder = mkdtempSync(join(tmpdir(), 'modes-'));
after(() => rmSync(folder, { recursive: true }));
const gateFile = join(folder, 'gate.json');
writeFileSync(gateFile, JSON.stringify({ hosts: { 'app.example.com': { allow: ['*'] } } }));

const page = [
  'SIGN_IN_PAGE',
  'SIGN_IN_HOME',
  'BRAND_LOGO_URL',
  'BRAND_COLOR',
  'BRAND_LINKS',
  'EMBED_ORIGINS',
  'OTP_MAGIC_LINK',
  'GATE_COOKIE_DOMAIN',
] as const;

/** What each mode is switched on by, and the settings that it cannot hold. */
const modes = {
  'ACCESS_TOKENS=off': {
    env: { ACCESS_TOKENS: 'off' },
    options: () => ({ accessTokens: 'off', jwtSecret: undefined }),
    refuses: [...page, 'GATE_ALLOW', 'GATE_FILE', 'REFRESH_TOKEN_TTL'],
  },
  'STORE=none': {
    env: { STORE: 'none' },
    options: () => ({ store: createStatelessStore() }),
    refuses: [
      'REFRESH_TOKEN_TTL',
      'REVOCATION_REQUIRED',
      'OTP_MAGIC_LINK',
      'HUMAN_CHECK',
      'RATE_PAID_DAY_MAX',
      'OTP_SHORT_OPEN_MAX',
      'DEVICE_TTL',
    ],
  },
  'OTP_MODE=window': {
    env: { OTP_MODE: 'window', OTP_ALLOW_UNREQUESTED_CODES: 'true' },
    options: () => ({ mode: 'window', allowUnrequestedCodes: true }),
    refuses: [...page, 'OTP_BINDING'],
  },
} satisfies Record<
  string,
  { env: Record<string, string>; options: () => object; refuses: readonly SettingName[] }
>;
type Mode = keyof typeof modes;

/** Every way to combine them, each mode by itself included. */
const combinations = [1, 2, 3, 4, 5, 6, 7].map((bits) =>
  (Object.keys(modes) as Mode[]).filter((_, index) => bits & (1 << index)),
);

/** Values that ask for something. Those of what a mode refuses may be the default. */
const asked: Partial<
  Record<SettingName, { texts: string[]; value?: unknown; with?: Record<string, string> }>
> = {
  SIGN_IN_PAGE: { texts: ['true'], value: true },
  SIGN_IN_HOME: { texts: ['/home'], value: '/home' },
  BRAND_LOGO_URL: { texts: ['/logo.svg'], value: '/logo.svg' },
  BRAND_COLOR: { texts: ['#2f5bd7'], value: '#2f5bd7' },
  BRAND_LINKS: { texts: ['Help=/help'], value: ['Help=/help'] },
  EMBED_ORIGINS: { texts: ['https://app.example.com'], value: ['https://app.example.com'] },
  OTP_MAGIC_LINK: { texts: ['true'], value: true },
  GATE_COOKIE_DOMAIN: { texts: ['example.com'], value: 'example.com' },
  GATE_ALLOW: { texts: ['@example.com'], value: ['@example.com'] },
  GATE_FILE: { texts: [gateFile], value: gateFile },
  REFRESH_TOKEN_TTL: { texts: ['3600'], value: 3600 },
  REVOCATION_REQUIRED: { texts: ['true'], value: true },
  HUMAN_CHECK: { texts: ['altcha'], value: { provider: 'altcha' } },
  RATE_PAID_DAY_MAX: { texts: ['1000'], value: 1000 },
  OTP_SHORT_OPEN_MAX: { texts: ['1000', '2000'], value: 1000 },
  DEVICE_TTL: { texts: ['86400', '15552000'], value: 86400 },
  OTP_BINDING: { texts: ['challenge'], value: 'challenge' },
};

const useless: [given: Record<string, string>, warning: RegExp][] = [
  [{ SIGN_IN_PAGE: 'false', BRAND_LINKS: 'Help=/help' }, /^BRAND_LINKS: no effect without the sign-in page/],
  [{ ...modes['OTP_MODE=window'].env, DEVICE_TTL: '86400' }, /^DEVICE_TTL: no effect with OTP_MODE=window$/],
  [
    { ...modes['OTP_MODE=window'].env, OTP_SHORT_OPEN_MAX: '1000', OTP_RESEND: 'refuse' },
    /^OTP_RESEND, OTP_SHORT_OPEN_MAX: no effect with OTP_MODE=window$/,
  ],
  [
    { ...modes['OTP_MODE=window'].env, STORE: 'none', OTP_ALLOW_STATELESS: 'true' },
    /^OTP_ALLOW_STATELESS: no effect with OTP_MODE=window, which needs no store$/,
  ],
  [{ ...modes['ACCESS_TOKENS=off'].env, JWT_ISSUER: 'us' }, /^JWT_ISSUER: no effect with ACCESS_TOKENS=off$/],
  [{ ...modes['STORE=none'].env, OTP_DIGITS: '8' }, /^OTP_DIGITS: no effect with STORE=none, /],
];

test('what a mode has no use for is a warning that names it', () => {
  for (const [given, warning] of useless) {
    const { problems, warnings } = loadConfig(given);
    assert.deepEqual(problems, []);
    assert.ok(
      warnings.some((line) => warning.test(line)),
      `${warning}: ${warnings.join('\n')}`,
    );
  }
});

/** What switches each of those off, which every mode takes. */
const off: Partial<Record<SettingName, string>> = {
  SIGN_IN_PAGE: 'false',
  OTP_MAGIC_LINK: 'false',
  REFRESH_TOKEN_TTL: '0',
  REVOCATION_REQUIRED: 'false',
  HUMAN_CHECK: 'off',
  DEVICE_TTL: '0',
  OTP_BINDING: 'identity',
};

const environmentOf = (names: readonly Mode[]): Record<string, string> =>
  Object.assign(
    { PUBLIC_URL: 'https://otp.example.com', RATE_DAY: 'enforce' },
    ...names.map((name) => modes[name].env),
  );
const refusing = (names: readonly Mode[], setting: SettingName) =>
  names.filter((name) => (modes[name].refuses as readonly string[]).includes(setting));

const isInTable = Object.keys(asked) as SettingName[];
const { transport } = createInbox();
function create(names: readonly Mode[], more: object) {
  const options = names.map((name) => modes[name].options());
  const base = { secretKey, jwtSecret, transports: [transport], publicUrl: 'https://otp.example.com' };
  return createOtp(Object.assign(base, ...options, more) as OtpOptions);
}

test('the table has a value for everything that a mode refuses', () => {
  const refused = Object.values(modes).flatMap(({ refuses }) => refuses);
  assert.deepEqual([...new Set<string>(refused)].sort(), [...isInTable].sort());
});

for (const names of combinations) {
  describe(names.join(' and '), () => {
    test('starts as it is, in the service and in the library', async () => {
      const { config, problems } = loadConfig(environmentOf(names));
      assert.deepEqual(problems, []);
      assert.ok(config);
      const logger = { info() {}, warn() {}, error() {} };
      await createConfiguredOtp(config, await stores[config.STORE].create(config, logger), logger).close();
      await create(names, {}).close();
    });

    test('refuses what one of these cannot hold, by its name, and nothing else for that reason', () => {
      for (const setting of isInTable) {
        for (const text of asked[setting]?.texts ?? []) {
          const { problems, config } = loadConfig({ ...environmentOf(names), [setting]: text });
          const about = problems.filter((line) => /cannot be used with/.test(line));
          const what = `${setting}=${text}: ${problems.join('\n')}`;
          if (refusing(names, setting).length === 0) {
            assert.deepEqual(about, [], what);
            continue;
          }
          assert.equal(config, null, what);
          const by = refusing(names, setting).map((mode) => `${setting}: .*cannot be used with ${mode}: \\w`);
          assert.ok(about.length > 0, what);
          for (const line of about) assert.match(line, new RegExp(`^(${by.join('|')})`), what);
        }
      }
    });

    test('the library refuses the same options', () => {
      for (const setting of isInTable) {
        const { key: option } = setting === 'HUMAN_CHECK' ? { key: 'humanCheck' } : settings[setting];
        const build = () => create(names, { [option]: asked[setting]?.value });
        if (refusing(names, setting).length > 0)
          assert.throws(build, new RegExp(`^RangeError: ${option} cannot be`));
        else {
          try {
            void build().close();
          } catch (error) {
            assert.doesNotMatch((error as Error).message, /cannot be used with/);
          }
        }
      }
    });

    test('takes what switches those off', () => {
      assert.deepEqual(loadConfig({ ...environmentOf(names), ...off }).problems, []);
    });

    test('refuses no other setting', () => {
      for (const setting of settingNames.filter((name) => !isInTable.includes(name))) {
        const { min, max } = /from (?<min>\d+) to (?<max>\d+)/.exec(settings[setting].allowed)?.groups ?? {};
        const words = settings[setting].allowed.match(/(?<=`)[^`]+(?=`)/g) ?? [];
        for (const text of [min, max, ...words].filter((one) => one !== undefined)) {
          const { problems } = loadConfig({ ...environmentOf(names), [setting]: text });
          const about = problems.filter((line) => /cannot be used with/.test(line));
          assert.deepEqual(about, [], `${setting}=${text}`);
        }
      }
    });

    test('check forecasts by the codes that are in force', () => {
      const { config } = loadConfig(environmentOf(names));
      assert.ok(config);
      const { odds } = createOutlook(config, { priceSms: undefined, maxOdds: undefined, maxBill: undefined });
      const [least, most] = names.includes('OTP_MODE=window')
        ? [0.78, 0.8]
        : names.includes('STORE=none')
          ? [2.7e-8, 2.8e-8]
          : [1e-6, 1e-4];
      assert.ok(odds.identityYear > least && odds.identityYear < most, String(odds.identityYear));
    });

    test('check says which of its figures are those of one process', () => {
      const loaded = loadConfig(environmentOf(names));
      assert.ok(loaded.config);
      const thresholds = { priceSms: undefined, maxOdds: undefined, maxBill: undefined };
      const text = formatCheck(loaded, createOutlook(loaded.config, thresholds));
      const isWindowed = names.includes('OTP_MODE=window');
      const isShared = !isWindowed && !names.includes('STORE=none');
      const figures = text.matchAll(/^(odds|messages_day|bill_day|delay_seconds|lock)\b.*$/gm);
      for (const [line, figure] of figures) {
        const isOfOne = figure === 'odds' ? isWindowed : !isShared;
        assert.equal(line.endsWith(', in each process'), isOfOne, line);
      }
      assert.match(text, /^lock /m);
    });
  });
}
