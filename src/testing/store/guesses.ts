import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordKey, RetractRequest } from '../../store-verbs.js';
import { forAll } from '../for-all.js';
import { createTag, type Opened, periodSeconds, type Subject, storeSuite } from './subject.js';

const memorySeconds = 400;
const after = 10;
const lengthening = { after, digits: 10, maxAttempts: 3, memorySeconds };
const many = { max: 1_000_000, periodSeconds };

interface Step {
  identity: number;
  purpose: number;
  bind: boolean;
  resend: 'reuse' | 'rotate' | 'refuse';
  pick: number;
  times: number;
  seconds: number;
}

interface Code {
  key: RecordKey;
  opened: Opened;
}

interface Guess {
  request: RetractRequest;
  recordChallenge: string;
  /** Taken back or consumed. */
  isOver: boolean;
}

/** The budget of guesses, whatever happens in whatever order. */
export const guessesSuite = storeSuite('the budget of guesses', { lengthening, sends: many }, (subject) => {
  // Attack: guess through aliases, purposes, challenges and new codes, with double clicks, answers that get lost, attempts
  // that are taken back or used late, messages that are refused, and at the edges of a period.
  test('there is never an eleventh guess at short codes in a period, whatever happens in whatever order', async () => {
    const seldom = ['right', 'twice', 'lost', 'back', 'late', 'refused', 'wait'] as const;
    await forAll(
      { runs: 50, seed: 16 },
      (fc) => {
        const step = fc.record({
          verb: fc.constantFrom('open', 'open', 'guess', 'guess', 'guess', ...seldom),
          identity: fc.nat(1),
          purpose: fc.nat(1),
          bind: fc.boolean(),
          resend: fc.constantFrom('reuse' as const, 'rotate' as const, 'refuse' as const),
          pick: fc.nat(9),
          times: fc.integer({ min: 1, max: 5 }),
          seconds: fc.constantFrom(10, 100, 290, 310, 390),
        });
        return fc.array(step, { minLength: 30, maxLength: 80, size: 'max' });
      },
      async (steps) => {
        const run = createRun(subject);
        for (const { verb, ...step } of steps) await run[verb](step);
      },
    );
  });
});

/** The steps, and a model that counts the guesses that stand by the rules alone. */
function createRun(subject: Subject) {
  const budgetTag = createTag();
  const identityTags = [budgetTag, createTag()];
  const recordTags = identityTags.map(() => [createTag(), createTag()]);
  const codes: Code[] = [];
  const guesses: Guess[] = [];
  /** Guesses at short codes of this period that were not given back. */
  let standing: Guess[] = [];
  let now = 0;
  let endsAt = 0;

  const pickCode = (pick: number) => codes[codes.length - 1 - (pick % Math.max(1, codes.length))];
  const pickGuess = (pick: number) => guesses[guesses.length - 1 - (pick % Math.max(1, guesses.length))];

  async function attempt(pick: number): Promise<Guess | undefined> {
    const code = pickCode(pick);
    if (!code) return undefined;
    const request = { ...code.key, attemptId: createTag() };
    const result = await subject.attempt({ ...request, verifies: many });
    if (result.status !== 'counted') return undefined;
    const guess = { request, recordChallenge: result.record.challenge, isOver: false };
    guesses.push(guess);
    if (result.record.digits !== 6) return guess;
    if (now >= endsAt) standing = [];
    if (standing.length === 0) endsAt = now + memorySeconds;
    standing.push(guess);
    assert.ok(standing.length <= after, `${standing.length} guesses`);
    return guess;
  }

  async function consume(guess: Guess): Promise<void> {
    const { request, recordChallenge } = guess;
    const hasWon = await subject.consume(recordChallenge, request);
    assert.ok(!hasWon || !guess.isOver, 'consumed twice, or after it was taken back');
    guess.isOver = true;
    // A right guess does not count, and at a bound code neither do its owner's guesses before it.
    if (request.challenge === undefined) standing = standing.filter((one) => one !== guess);
    else if (hasWon) standing = standing.filter((one) => one.recordChallenge !== recordChallenge);
  }

  async function use(pick: number, times: number): Promise<void> {
    const clicks: (Guess | undefined)[] = [];
    for (let i = 0; i < times; i++) clicks.push(await attempt(pick));
    for (const guess of clicks.filter((click) => click !== undefined)) await consume(guess);
  }

  async function takeBack(guess: Guess | undefined): Promise<void> {
    if (guess === undefined || !(await subject.store.retract(guess.request))) return;
    assert.ok(!guess.isOver, 'taken back twice, or after it was consumed');
    guess.isOver = true;
    // It was never compared.
    standing = standing.filter((one) => one !== guess);
  }

  return {
    async open({ identity, purpose, bind, resend, pick }: Step) {
      const fresh = {
        identityTag: identityTags[identity] ?? '',
        budgetTag,
        recordTag: recordTags[identity]?.[purpose] ?? '',
      };
      const again = bind && pick > 6 ? pickCode(pick)?.key : undefined;
      const key = again?.challenge === undefined ? fresh : again;
      const opened = await subject.open({ ...key, bind, resend });
      if (opened.status !== 'opened') return;
      codes.push({ key: { ...key, challenge: bind ? opened.record.challenge : undefined }, opened });
    },
    async guess({ pick, times }: Step) {
      for (let i = 0; i < times; i++) await attempt(pick);
    },
    right: ({ pick }: Step) => use(pick, 1),
    twice: ({ pick, times }: Step) => use(pick, times),
    lost: async ({ pick }: Step) => takeBack(await attempt(pick)),
    back: ({ pick }: Step) => takeBack(pickGuess(pick)),
    async late({ pick }: Step) {
      const guess = pickGuess(pick);
      if (guess) await consume(guess);
    },
    async refused({ pick }: Step) {
      const code = pickCode(pick);
      if (code) await subject.release(code.opened, code.key);
    },
    async wait({ seconds }: Step) {
      await subject.advance(seconds * 1000);
      now += seconds;
    },
  };
}
