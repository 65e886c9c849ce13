import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computeYearlyOdds, countGuessesInYear } from '../../src/core/odds.js';
import {
  createPolicy,
  guessMemorySeconds,
  limitPeriodSeconds,
  longAttempts,
  type Policy,
} from '../../src/core/policy.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';

test('the figures of the documentation follow from the defaults', () => {
  const policy = { ...createPolicy(), hasDayBudgets: true };
  assert.deepEqual(countGuessesInYear(policy), { short: 89, long: 60 * 3 * 365 });
  assert.equal(computeYearlyOdds(policy).toExponential(1), '9.6e-5');
  assert.equal(computeYearlyOdds({ ...policy, hasDayBudgets: false }).toExponential(1), '1.7e-4');
  assert.equal(computeYearlyOdds({ ...policy, lengthenAfter: 0 }).toFixed(2), '0.10');
});

test('odds grow with every setting that gives guesses, and stay a probability', () => {
  const policies = fc.record({
    digits: fc.integer({ min: 4, max: 6 }),
    longDigits: fc.integer({ min: 6, max: 10 }),
    lengthenAfter: fc.integer({ min: 1, max: 1000 }),
    maxAttempts: fc.integer({ min: 1, max: 100 }),
    requestIdentityMax: fc.integer({ min: 1, max: 1_000_000 }),
    resendCooldownSeconds: fc.integer({ min: 0, max: 600 }),
    hasDayBudgets: fc.boolean(),
  });
  fc.assert(
    fc.property(policies, (policy) => {
      const odds = computeYearlyOdds(policy);
      assert.ok(odds > 0 && odds <= 1, String(odds));
      for (const [name, change] of [
        ['maxAttempts', 1],
        ['requestIdentityMax', 1],
        ['lengthenAfter', 1],
        ['digits', -1],
        ['longDigits', -1],
      ] as const) {
        const worse = computeYearlyOdds({ ...policy, [name]: policy[name] + change });
        assert.ok(worse >= odds * (1 - 1e-9), `${name}: ${worse} after ${odds}`);
      }
      assert.equal(computeYearlyOdds({ ...policy, resendCooldownSeconds: 600 }) <= odds * (1 + 1e-9), true);
    }),
    { seed: 14, numRuns: 500 },
  );
});

/** Guesses in some periods of a store that is asked as fast as it allows, by whether the codes are long. */
async function guess(policy: Policy, periods: number) {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const key = { identityTag: 'identity', budgetTag: 'identity', recordTag: 'record' };
  const lengthening = {
    after: policy.lengthenAfter,
    digits: policy.longDigits,
    maxAttempts: longAttempts,
    memorySeconds: guessMemorySeconds,
  };
  const counts = { short: 0, long: 0 };
  let last = 0;
  for (let period = 0; period < periods; period++) {
    for (let send = 0; send <= policy.requestIdentityMax; send++) {
      const opened = await store.open({
        ...key,
        bind: true,
        newChallenge: String(last++).padStart(22, 'A'),
        keyIds: ['key1'],
        channel: 'email',
        digits: policy.digits,
        windowSeconds: 300,
        maxAttempts: policy.maxAttempts,
        resend: 'reuse',
        cooldownSeconds: policy.resendCooldownSeconds,
        staleSeconds: 60,
        sends: { max: policy.requestIdentityMax, periodSeconds: limitPeriodSeconds },
        lengthening,
        mute: false,
      });
      if (opened.status !== 'opened') continue;
      const { challenge } = opened.record;
      const verifies = { max: 1_000_000, periodSeconds: limitPeriodSeconds };
      for (;;) {
        const attempt = await store.attempt({ ...key, challenge, keyIds: ['key1'], verifies, lengthening });
        if (attempt.status !== 'counted') break;
        counts[attempt.record.digits === policy.digits ? 'short' : 'long']++;
      }
    }
    clock.advance(limitPeriodSeconds * 1000);
  }
  return counts;
}

// Attack: find a combination of settings under which a year has more guesses than `check` counts.
test('nobody guesses faster than is counted', async () => {
  const policies = fc.record({
    lengthenAfter: fc.integer({ min: 0, max: 30 }),
    maxAttempts: fc.integer({ min: 1, max: 10 }),
    requestIdentityMax: fc.integer({ min: 1, max: 12 }),
  });
  const periods = 12;
  await fc.assert(
    fc.asyncProperty(policies, async (changes) => {
      const policy = createPolicy(changes);
      const counts = await guess(policy, periods);
      const year = countGuessesInYear({ ...policy, hasDayBudgets: false });
      // Nothing is refused here.
      const sends = policy.requestIdentityMax * 144 * 365;
      const counted = sends / (sends + 30 * 365);
      const share = (counted * periods) / (365 * 144);
      if (policy.lengthenAfter === 0) {
        assert.deepEqual([counts.short, counts.long], [Math.round(year.short * share), 0]);
        return;
      }
      assert.ok(counts.short <= policy.lengthenAfter, `${counts.short} short`);
      assert.ok(counts.long <= year.long * share + 1e-6, `${counts.long} long`);
      const slack = policy.lengthenAfter * 3;
      assert.ok(counts.long >= year.long * share - slack, `${counts.long} of ${year.long * share}`);
    }),
    { seed: 14, numRuns: 60 },
  );
});
