import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../ports.js';
import { describeAttempt } from './store/attempt.js';
import { describeBoundChallenges } from './store/bound-challenges.js';
import { describeBudgets } from './store/budgets.js';
import { describeClaim } from './store/claim.js';
import { describeConsume } from './store/consume.js';
import { describeDayCounts } from './store/day-counts.js';
import { describeDaySends } from './store/day-sends.js';
import { describeExchange } from './store/exchange.js';
import { describeGuesses } from './store/guesses.js';
import { describeHit } from './store/hit.js';
import { describeInspection } from './store/inspection.js';
import { describeLengthening } from './store/lengthening.js';
import { describeOpen } from './store/open.js';
import { describeRelease } from './store/release.js';
import { describeRetract } from './store/retract.js';
import { describeSignOuts } from './store/sign-outs.js';
import { type CreateStoreHarness, useStore } from './store/subject.js';
import { describeTogether } from './store/together.js';

export const optionalVerbs = ['retract', 'clear', 'ended', 'inspect', 'note', 'spend', 'refund'] as const;

export type OptionalVerb = Extract<keyof Store, (typeof optionalVerbs)[number]>;

export interface StoreContractOptions {
  /** Verbs that the store does not have; what needs them is not tested. Default: it has all of them. */
  without?: readonly OptionalVerb[];
}

type Suite = (createHarness: CreateStoreHarness) => void;

const suites: [Suite, ...needed: OptionalVerb[]][] = [
  [describeOpen],
  [describeBoundChallenges],
  [describeAttempt],
  [describeConsume],
  [describeLengthening],
  [describeRelease],
  [describeHit],
  [describeClaim],
  [describeExchange],
  [describeRetract, 'retract'],
  [describeGuesses, 'retract'],
  [describeSignOuts, 'clear', 'ended'],
  [describeInspection, 'inspect', 'note', 'clear', 'ended'],
  [describeBudgets, 'retract', 'clear', 'ended', 'inspect'],
  [describeDayCounts, 'spend', 'refund'],
  [describeDaySends, 'spend', 'refund', 'clear', 'inspect'],
  [describeTogether, 'spend', 'refund'],
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
    for (const [describeSuite, ...needed] of suites)
      if (!needed.some((verb) => without.includes(verb))) describeSuite(createHarness);
  });
}
