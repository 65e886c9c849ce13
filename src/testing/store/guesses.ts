import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RecordKey } from '../../store-verbs.js';
import { loadFastCheck } from '../load-fast-check.js';
import { type CreateStoreHarness, createTag, periodSeconds, useStore } from './subject.js';

const memorySeconds = 2000;
const after = 10;

interface Guess {
  id: string;
  key: RecordKey;
  recordChallenge: string;
  isShort: boolean;
}

/** The budget of guesses, whatever happens in whatever order. */
export function describeGuesses(createHarness: CreateStoreHarness): void {
  describe('the budget of guesses', () => {
    const lengthening = { after, digits: 10, maxAttempts: 3, memorySeconds };
    const many = { max: 1_000_000, periodSeconds };
    const subject = useStore(createHarness, { lengthening, sends: many });

    // Attack: guess through aliases, purposes, challenges and new codes, with double clicks, answers that get lost, messages
    // that are refused, and at the edges of a period.
    test('there is never an eleventh guess at short codes in a period, whatever happens in whatever order', async () => {
      const fc = await loadFastCheck();
      const step = fc.record({
        verb: fc.constantFrom(
          'open',
          'open',
          'guess',
          'guess',
          'guess',
          'right',
          'twice',
          'lost',
          'refused',
          'wait',
        ),
        identity: fc.nat(1),
        purpose: fc.nat(1),
        bind: fc.boolean(),
        resend: fc.constantFrom('reuse' as const, 'rotate' as const, 'refuse' as const),
        pick: fc.nat(9),
        times: fc.integer({ min: 1, max: 5 }),
        seconds: fc.constantFrom(10, 290, 310, 600, 1600, 1990),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80, size: 'max' }), async (steps) => {
          const budgetTag = createTag();
          const identityTags = [budgetTag, createTag()];
          const recordTags = identityTags.map(() => [createTag(), createTag()]);
          const opened: { key: RecordKey; recordChallenge: string; sendId: string }[] = [];
          const guesses: Guess[] = [];
          /** Guesses of this period that were not given back. */
          let standing: Guess[] = [];
          let now = 0;
          let endsAt = 0;

          async function attempt(key: RecordKey): Promise<Guess | undefined> {
            const id = createTag();
            const result = await subject.attempt({ ...key, attemptId: id, verifies: many });
            if (result.status !== 'counted') return undefined;
            const isShort = result.record.digits === 6;
            const guess = { id, key, recordChallenge: result.record.challenge, isShort };
            guesses.push(guess);
            if (!isShort) return guess;
            if (now >= endsAt) standing = [];
            if (standing.length === 0) endsAt = now + memorySeconds;
            standing.push(guess);
            assert.ok(standing.length <= after, `${standing.length} guesses`);
            return guess;
          }

          async function consume(guess: Guess): Promise<void> {
            const { key, recordChallenge, id } = guess;
            const hasWon =
              (await subject.store.consume({ ...key, recordChallenge, attemptId: id })) !== false;
            const isBound = key.challenge !== undefined;
            if (isBound && hasWon)
              standing = standing.filter((one) => one.recordChallenge !== recordChallenge);
            if (!isBound) standing = standing.filter((one) => one !== guess);
          }

          for (const { verb, identity, purpose, bind, resend, pick, times, seconds } of steps) {
            const key = {
              identityTag: identityTags[identity] as string,
              budgetTag,
              recordTag: recordTags[identity]?.[purpose] as string,
            };
            const target = opened[opened.length - 1 - (pick % Math.max(1, opened.length))];
            if (verb === 'open') {
              const again = pick > 6 && bind ? target?.key.challenge : undefined;
              const result = await subject.open({
                ...(again === undefined || !target ? key : target.key),
                bind,
                resend,
              });
              if (result.status !== 'opened') continue;
              const { challenge } = result.record;
              const own = again === undefined || !target ? key : target.key;
              opened.push({
                key: { ...own, challenge: bind ? challenge : undefined },
                recordChallenge: challenge,
                sendId: result.sendId,
              });
            } else if (verb === 'wait') {
              await subject.advance(seconds * 1000);
              now += seconds;
            } else if (!target) {
            } else if (verb === 'guess') {
              for (let i = 0; i < times; i++) await attempt(target.key);
            } else if (verb === 'right' || verb === 'twice') {
              const clicks = [];
              for (let i = 0; i < (verb === 'twice' ? times : 1); i++) clicks.push(await attempt(target.key));
              for (const click of clicks) if (click) await consume(click);
            } else if (verb === 'lost') {
              const guess = (await attempt(target.key)) ?? guesses[pick % guesses.length];
              if (guess && (await subject.store.retract({ ...guess.key, attemptId: guess.id }))) {
                // It was never compared.
                standing = standing.filter((one) => one !== guess);
              }
            } else if (verb === 'refused') {
              await subject.store.release({ ...target, ...target.key, limits: [{ max: 10, periodSeconds }] });
            }
          }
        }),
        { numRuns: 30, seed: 16 },
      );
    });
  });
}
