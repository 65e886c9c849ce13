import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/ports.js';
import type { RecordKey } from '../../src/store-verbs.js';
import type { StoreHarness } from './store.js';

const periodSeconds = 600;
const memorySeconds = 2000;
const after = 10;

interface Guess {
  id: string;
  key: RecordKey;
  recordChallenge: string;
  isShort: boolean;
}

/** The budget of guesses, whatever happens in whatever order. */
export function describeGuesses(name: string, createHarness: () => Promise<StoreHarness>): void {
  describe(`${name} keeps the budget of guesses`, () => {
    let harness: StoreHarness;
    let store: Required<Store>;
    beforeEach(async () => {
      harness = await createHarness();
      store = (await harness.connect()) as Required<Store>;
    });
    afterEach(() => harness.close());

    const lengthening = { after, digits: 10, maxAttempts: 3, memorySeconds };
    const many = { max: 1_000_000, periodSeconds };

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

    // Attack: guess through aliases, purposes, challenges and new codes, with double clicks, answers that get lost, messages
    // that are refused, and at the edges of a period.
    test('there is never an eleventh guess at short codes in a period, whatever happens in whatever order', async () => {
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
            const result = await store.attempt({
              ...key,
              attemptId: id,
              keyIds: ['key1'],
              verifies: many,
              lengthening,
            });
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
            const hasWon = (await store.consume({ ...key, recordChallenge, attemptId: id })) !== false;
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
              const result = await store.open({
                ...(again === undefined || !target ? key : target.key),
                bind,
                newChallenge: createTag(),
                keyIds: ['key1'],
                channel: 'email',
                digits: 6,
                windowSeconds: 300,
                maxAttempts: 5,
                resend,
                cooldownSeconds: 0,
                staleSeconds: 60,
                sends: many,
                lengthening,
                mute: false,
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
              await harness.advance(seconds * 1000);
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
              if (guess && (await store.retract({ ...guess.key, attemptId: guess.id }))) {
                // It was never compared.
                standing = standing.filter((one) => one !== guess);
              }
            } else if (verb === 'refused') {
              await store.release({ ...target, ...target.key, limits: [{ max: 10, periodSeconds }] });
            }
          }
        }),
        { numRuns: 30, seed: 16 },
      );
    });
  });
}

function createTag(): string {
  return randomBytes(16).toString('base64url');
}
