import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../src/cli/config.js';
import { computeYearlyOdds } from '../../src/core/odds.js';
import { productionSecrets } from '../helpers/otp.js';

const production = {
  NODE_ENV: 'production',
  ...productionSecrets,
  OTP_ALLOW_CONSOLE_DELIVERY: 'true',
};

const settings = fc.record({
  OTP_DIGITS: fc.constantFrom('6', '7', '8'),
  OTP_LONG_DIGITS: fc.constantFrom('8', '9', '10'),
  OTP_LENGTHEN_AFTER: fc.constantFrom('0', '10', '100', '1000'),
  OTP_MAX_ATTEMPTS: fc.constantFrom('1', '5', '100'),
  RATE_REQUEST_OTP_MAX: fc.constantFrom('1', '5', '50', '500', '5000'),
  OTP_RESEND_COOLDOWN_SECONDS: fc.constantFrom('0', '60', '600'),
});

// Attack: run with settings under which guessing pays, and hear nothing of it.
test('odds above 0.1 % a year are warned of, and above 1 % production does not start', () => {
  fc.assert(
    fc.property(
      settings,
      fc.constantFrom('production', 'development'),
      fc.boolean(),
      (chosen, mode, isAllowed) => {
        const { problems, warnings } = loadConfig({
          ...production,
          ...chosen,
          NODE_ENV: mode,
          ...(isAllowed && { OTP_ALLOW_SHORT_CODES: 'true' }),
        });
        const odds = computeYearlyOdds({
          digits: Number(chosen.OTP_DIGITS),
          longDigits: Number(chosen.OTP_LONG_DIGITS),
          lengthenAfter: Number(chosen.OTP_LENGTHEN_AFTER),
          maxAttempts: Number(chosen.OTP_MAX_ATTEMPTS),
          requestIdentityMax: Number(chosen.RATE_REQUEST_OTP_MAX),
          resendCooldownSeconds: Number(chosen.OTP_RESEND_COOLDOWN_SECONDS),
          hasDayBudgets: mode === 'production',
        });
        const isRefused = mode === 'production' && !isAllowed && odds > 0.01;
        const [refusals, told] = [problems, warnings].map((lines) =>
          lines.filter((line) => line.includes('a year of guessing')),
        );
        assert.equal(refusals?.length, isRefused ? 1 : 0, JSON.stringify(problems));
        assert.equal(told?.length, !isRefused && odds > 0.001 ? 1 : 0, JSON.stringify(warnings));
      },
    ),
    { seed: 20261126, numRuns: 300 },
  );
});

// Attack: guess at everyone, where no budget of guesses makes codes long.
test('guessing at everyone without a bound is warned of, and the setting that would bound it has no effect', () => {
  const warningsFor = (settings: Record<string, string>) =>
    loadConfig({ ...production, ...settings }).warnings.filter((line) => /OTP_SHORT_OPEN_MAX/.test(line));
  assert.deepEqual(warningsFor({}), []);
  const given = { OTP_LENGTHEN_AFTER: '0', OTP_ALLOW_SHORT_CODES: 'true', OTP_SHORT_OPEN_MAX: '100' };
  assert.deepEqual(warningsFor(given), ['OTP_SHORT_OPEN_MAX: no effect with OTP_LENGTHEN_AFTER=0']);
  assert.match(
    warningsFor({ OTP_LENGTHEN_AFTER: '0', OTP_DIGITS: '9' }).join(),
    /^OTP_LENGTHEN_AFTER: .* does not bound guessing at everyone$/,
  );
});

// Attack: guess at the codes that never change.
test('fixed codes are warned of with their odds, until their last day', () => {
  const warningsFor = (OTP_TEST_IDENTITIES: string) =>
    loadConfig({ ...production, OTP_TEST_IDENTITIES }).warnings.filter((line) =>
      line.startsWith('OTP_TEST_IDENTITIES: a year'),
    );
  const [first = '', ...others] = warningsFor(
    'a@example.com=4829@2999-12-31,b@example.com=482931@2999-12-31',
  );
  assert.deepEqual(others, []);
  // 20 guesses in 46 days are 179 a year.
  assert.match(first, /fixed code with a probability of 1\.8 %; OTP_SHORT_OPEN_MAX does not count/);
  assert.match(warningsFor('b@example.com=48293157@2999-12-31').join(), /of 0\.00018 %/);
  assert.deepEqual(warningsFor('a@example.com=4829@2020-12-31'), []);
});

test('attempts that no code gets are warned of', () => {
  const warningsFor = (OTP_MAX_ATTEMPTS: string, OTP_LENGTHEN_AFTER: string) =>
    loadConfig({ ...production, OTP_MAX_ATTEMPTS, OTP_LENGTHEN_AFTER }).warnings.filter((line) =>
      line.startsWith('OTP_MAX_ATTEMPTS: '),
    );
  assert.equal(warningsFor('11', '10').length, 1);
  assert.deepEqual(warningsFor('10', '10'), []);
  assert.deepEqual(warningsFor('5', '0'), []);
});
