import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countGuessesInYear } from '../../src/core/odds.js';
import {
  createPolicy,
  guessMemorySeconds,
  limitPeriodSeconds,
  longAttempts,
  refusedSends,
  resendPolicies,
} from '../../src/core/policy.js';
import type { OpenRequest, OpenResult } from '../../src/store-verbs.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';

const policy = createPolicy();
const key = { identityTag: 'identity', budgetTag: 'identity', recordTag: 'record' };
const keyIds = ['key1'] as const;
const lengthening = {
  after: policy.lengthenAfter,
  digits: policy.longDigits,
  maxAttempts: longAttempts,
  memorySeconds: guessMemorySeconds,
};
const verifies = { max: policy.verifyIdentityMax, periodSeconds: limitPeriodSeconds };
const periodSeconds = limitPeriodSeconds;

type Opened = Extract<OpenResult, { status: 'opened' }> & { challenge: string | undefined };

/** Someone who opens codes of one identity, guesses at them, and has the provider refuse their messages at will. */
function createAttacker(resend: OpenRequest['resend']) {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const codes: Opened[] = [];
  const guesses = { short: 0, long: 0 };
  let count = 0;

  async function open(bind: boolean): Promise<boolean> {
    const result = await store.open({
      ...key,
      keyIds,
      lengthening,
      resend,
      bind,
      newChallenge: `challenge${count++}`,
      channel: 'email',
      digits: policy.digits,
      windowSeconds: policy.windowSeconds,
      maxAttempts: policy.maxAttempts,
      cooldownSeconds: 0,
      staleSeconds: 60,
      sends: { max: policy.requestIdentityMax, periodSeconds },
      mute: false,
    });
    if (result.status === 'opened')
      codes.push({ ...result, challenge: bind ? result.record.challenge : undefined });
    return result.status === 'opened';
  }
  async function guess(code: Opened | undefined): Promise<boolean> {
    const attempt = code && { ...key, challenge: code.challenge, keyIds, verifies, lengthening };
    const result = attempt && (await store.attempt(attempt));
    if (result?.status !== 'counted') return false;
    guesses[result.record.digits === policy.digits ? 'short' : 'long'] += 1;
    return true;
  }
  async function refuse(code: Opened | undefined): Promise<void> {
    if (!code) return;
    const { challenge, sendId, record } = code;
    await store.release({
      ...key,
      challenge,
      sendId,
      recordChallenge: record.challenge,
      limits: refusedSends,
    });
  }
  return { clock, codes, guesses, open, guess, refuse };
}

/** What is done with a code whose message the provider is about to refuse. */
const strategies = {
  'guesses, then has the message refused': ['guess', 'refuse'],
  'has the message refused, then guesses': ['refuse', 'guess'],
  'guesses once, has the message refused, and goes on': ['guess once', 'refuse', 'guess'],
  'has the messages of all codes refused when all are guessed at': ['guess', 'keep'],
  'has every other message refused before guessing': ['refuse', 'open', 'guess', 'refuse'],
} as const;

// Attack: own the mail server of the identity, so that each send is refused and given back after the guesses.
for (const resend of resendPolicies) {
  for (const [name, steps] of Object.entries(strategies)) {
    test(`under ${resend}, who ${name} meets no more codes than the odds count`, async () => {
      const days = 3;
      const { clock, codes, guesses, open, guess, refuse } = createAttacker(resend);
      for (let second = 0; second < days * 24 * 3600; second += periodSeconds / 2) {
        for (let i = 0; i < 20 && (await open(i % 5 !== 4)); i++) {
          for (const step of steps) {
            const code = codes.at(-1);
            if (step === 'refuse') await refuse(code);
            if (step === 'open') await open(true);
            if (step === 'guess once') await guess(code);
            if (step === 'guess') while (await guess(code));
          }
        }
        for (const code of codes.splice(0)) await refuse(code);
        clock.advance((periodSeconds / 2) * 1000);
      }
      assert.ok(guesses.short <= policy.lengthenAfter);
      const { long } = countGuessesInYear({ ...policy, hasDayBudgets: false });
      assert.ok(guesses.long <= (long / 365) * days, `${guesses.long} long guesses`);
    });
  }
}

// Attack: do all of this in any order.
test('however requests, guesses and refusals fall, guesses are paid for by sends that stand or were given back', async () => {
  const step = fc.record({
    what: fc.constantFrom(
      'open' as const,
      'open' as const,
      'guess' as const,
      'guess' as const,
      'refuse' as const,
      'wait' as const,
    ),
    which: fc.nat(8),
    bind: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...resendPolicies),
      fc.array(step, { minLength: 50, maxLength: 200 }),
      async (resend, steps) => {
        const { clock, codes, guesses, open, guess, refuse } = createAttacker(resend);
        // Make codes long first: these have the attempts that the odds reckon with.
        while (guesses.short < policy.lengthenAfter) {
          if (!(await open(true))) clock.advance(periodSeconds * 1000);
          while (await guess(codes.at(-1)));
        }
        clock.advance(periodSeconds * 1000);
        codes.length = 0;
        let seconds = 0;
        for (const { what, which, bind } of steps) {
          const code = codes[codes.length - 1 - which];
          if (what === 'open') await open(bind);
          if (what === 'guess') while (await guess(code));
          if (what === 'refuse') await refuse(code);
          if (what === 'wait') {
            clock.advance(which * 10_000);
            seconds += which * 10;
          }
        }
        const perPeriod = policy.requestIdentityMax + refusedSends[0].max;
        const sendsMax = perPeriod * (1 + Math.floor(seconds / periodSeconds));
        assert.ok(guesses.long <= sendsMax * longAttempts, `${guesses.long} guesses in ${seconds} s`);
      },
    ),
    { seed: 48, numRuns: 300 },
  );
});
