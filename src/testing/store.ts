import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { optionalVerbs } from '../store-verbs.js';
import { attemptSuite, consumeSuite } from './store/attempt.js';
import { boundChallengesSuite } from './store/bound-challenges.js';
import { budgetsSuite } from './store/budgets.js';
import { dayCountsSuite } from './store/day-counts.js';
import { daySendsSuite } from './store/day-sends.js';
import { guessesSuite } from './store/guesses.js';
import { hitSuite } from './store/hit.js';
import { inspectionSuite } from './store/inspection.js';
import { lengtheningSuite } from './store/lengthening.js';
import { openSuite } from './store/open.js';
import { releaseSuite } from './store/release.js';
import { retractSuite } from './store/retract.js';
import { signOutsSuite } from './store/sign-outs.js';
import { type CreateStoreHarness, type Suite, useStore } from './store/subject.js';
import { togetherSuite } from './store/together.js';
import { claimSuite, exchangeSuite } from './store/tokens.js';

export { optionalVerbs };
export type OptionalVerb = (typeof optionalVerbs)[number];

export interface StoreContractOptions {
  /** Verbs that the store does not have; what needs them is not tested. Default: it has all of them. */
  without?: readonly OptionalVerb[];
}

const suites: [Suite, ...needed: OptionalVerb[]][] = [
  [openSuite],
  [boundChallengesSuite],
  [attemptSuite],
  [consumeSuite],
  [lengtheningSuite],
  [releaseSuite],
  [hitSuite],
  [claimSuite],
  [exchangeSuite],
  [retractSuite, 'retract'],
  [guessesSuite, 'retract'],
  [signOutsSuite, 'clear', 'ended'],
  [inspectionSuite, 'inspect', 'note', 'clear', 'ended'],
  [budgetsSuite, 'retract', 'clear', 'ended', 'inspect'],
  [dayCountsSuite, 'spend', 'refund'],
  [daySendsSuite, 'spend', 'refund', 'clear', 'inspect'],
  [togetherSuite, 'spend', 'refund'],
];

/**
 * Declares the tests that every store passes, for `node:test`. Those with random input need the package fast-check.
 *
 * @param name of the store, for the titles
 */
export function describeStore(
  name: string,
  createHarness: CreateStoreHarness,
  { without = [] }: StoreContractOptions = {},
): void {
  describe(`${name} keeps the store contract`, () => {
    describe('as a whole', () => {
      const subject = useStore(createHarness);

      test('ping resolves while the store can serve', async () => {
        await subject.store.ping();
      });

      test('it has the optional verbs, except those that it is said to be without', () => {
        for (const verb of optionalVerbs)
          assert.equal(typeof subject.store[verb] === 'function', !without.includes(verb), verb);
      });
    });
    for (const [suite, ...needed] of suites)
      if (!needed.some((verb) => without.includes(verb))) suite(createHarness);
  });
}
