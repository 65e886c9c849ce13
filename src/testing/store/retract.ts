import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../ports.js';
import type { AttemptRequest, RecordKey } from '../../store-verbs.js';
import { loadFastCheck } from '../load-fast-check.js';
import { type CreateStoreHarness, createKey, createTag, periodSeconds, useStore } from './subject.js';

/** Attempts that are taken back. */
export function describeRetract(createHarness: CreateStoreHarness): void {
  describe('retract', () => {
    const subject = useStore(createHarness);
    const { attempt, consume, guess, lengthening, mustOpen, open } = subject;

    const soon = { lengthening: { ...lengthening, after: 4 } };
    const mayBeGuessedAt = { ...soon, verifies: { max: 4, periodSeconds } };
    const retract = (attemptId: string, changes: Partial<RecordKey> = {}, by: Store = subject.store) => {
      assert.ok(by.retract, 'the store has no verb retract');
      return by.retract({ ...subject.key, attemptId, ...changes });
    };
    const lose = async (changes: Partial<AttemptRequest> = {}) => {
      const attemptId = createTag();
      assert.equal((await attempt({ ...mayBeGuessedAt, attemptId, ...changes })).status, 'counted');
      return attemptId;
    };

    test('takes back all that an attempt counted: the attempt, the guess and the verify', async () => {
      await mustOpen(soon);
      for (let i = 0; i < 20; i++) assert.equal(await retract(await lose()), true);
      await guess(4, mayBeGuessedAt);
      assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
      const bound = await mustOpen({ bind: true, maxAttempts: 1 });
      const { challenge } = bound.record;
      const lost = await lose({ challenge, lengthening });
      assert.equal((await attempt({ challenge })).status, 'blocked');
      assert.equal(await retract(lost, { challenge }), true);
      await guess(1, { challenge });
    });

    // Attack: take one lost attempt back again and again, from several processes at once.
    test('happens once for each id, however many callers race', async () => {
      await mustOpen({ ...soon, maxAttempts: 100 });
      const kept = [await lose(), await lose()];
      const lost = await lose();
      const callers = [subject.store, await subject.connect()];
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, i) => retract(lost, {}, callers[i % 2])),
      );
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal(await retract('never seen'), false);
      await guess(2, mayBeGuessedAt);
      assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
      // The others are still there.
      for (const id of kept) assert.equal(await retract(id), true);
    });

    // Attack: take an attempt back, and then use it all the same.
    test('leaves nothing to consume, and a consumed attempt cannot be taken back', async () => {
      const opened = await mustOpen(soon);
      const { challenge } = opened.record;
      const lost = await lose();
      assert.equal(await retract(lost), true);
      assert.equal(await consume(challenge, { attemptId: lost }), false);
      const right = await lose();
      assert.equal(await consume(challenge, { attemptId: right }), true);
      assert.equal(await consume(challenge, { attemptId: right }), false);
      assert.equal(await retract(right), false);
      await mustOpen(soon);
      await guess(4, mayBeGuessedAt);
      assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
    });

    test('of an attempt that was lost takes its guess back after another one has consumed the code', async () => {
      const eight = { lengthening: { ...lengthening, after: 8 } };
      const opened = await mustOpen(eight);
      const [lost, right] = [await lose(), await lose()];
      assert.equal(await consume(opened.record.challenge, { attemptId: right }), true);
      await mustOpen(eight);
      await guess(5);
      assert.equal((await mustOpen({ ...eight, recordTag: createTag() })).record.digits, 10);
      assert.equal(await retract(lost), true);
      assert.equal((await mustOpen(eight)).record.digits, 6);
    });

    test('lets every one of several right attempts take its own guess back, and no other', async () => {
      const opened = await mustOpen(soon);
      const ids = [await lose(), await lose(), await lose()];
      const results = await Promise.all(
        ids.map((attemptId) => consume(opened.record.challenge, { attemptId })),
      );
      assert.equal(results.filter(Boolean).length, 1);
      for (const attemptId of ids) {
        assert.equal(await consume(opened.record.challenge, { attemptId }), false);
        assert.equal(await retract(attemptId), false);
      }
      await mustOpen(soon);
      await guess(4, mayBeGuessedAt);
      assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
    });

    // Attack: buy attempts on the next code with those that were lost on the one before.
    test('gives no attempt to the code that has replaced its own', async () => {
      await mustOpen({ maxAttempts: 3 });
      const lost = [await lose(), await lose()];
      await mustOpen({ maxAttempts: 3, resend: 'rotate' });
      for (const id of lost) assert.equal(await retract(id), true);
      await guess(3);
      assert.equal((await attempt()).status, 'blocked');
    });

    // Attack: save lost attempts up for the time after the guesses were forgotten.
    test('takes no guess of another period back', async () => {
      const short = { lengthening: { ...soon.lengthening, memorySeconds: 200 } };
      await mustOpen(short);
      const lost = await lose(short);
      await subject.advance(200_000);
      await guess(3, short);
      assert.equal(await retract(lost), true);
      assert.equal((await attempt(short)).status, 'blocked');
      assert.equal((await mustOpen(short)).record.digits, 10);
    });

    test('knows nothing of other identities', async () => {
      await mustOpen();
      const lost = await lose();
      assert.equal(await retract(lost, createKey()), false);
      assert.equal(await retract(lost), true);
    });

    // Attack: let answers get lost and take attempts back in any order, to compare more guesses than the limits allow.
    test('in any order of events lets no more attempts stand than there are guesses', async () => {
      const fc = await loadFastCheck();
      const step = fc.record({
        verb: fc.constantFrom('open', 'attempt', 'attempt', 'attempt', 'retract', 'consume', 'wait'),
        bind: fc.boolean(),
        rotate: fc.boolean(),
        pick: fc.nat(50),
        seconds: fc.constantFrom(1, 100, 300, 590),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
          subject.key = createKey();
          const challenges: (string | undefined)[] = [undefined];
          const standing = new Set<string>();
          const all: { id: string; challenge: string | undefined; recordChallenge: string }[] = [];
          const over = new Set<string>();
          for (const { verb, bind, rotate, pick, seconds } of steps) {
            const challenge = challenges[pick % challenges.length];
            const tried = all[pick % all.length];
            if (verb === 'open') {
              const resend = rotate ? 'rotate' : 'reuse';
              const opened = await open({ ...soon, maxAttempts: 3, bind, resend });
              if (opened.status === 'opened' && bind) challenges.push(opened.record.challenge);
            } else if (verb === 'attempt') {
              const id = createTag();
              const result = await attempt({ ...soon, challenge, attemptId: id });
              if (result.status !== 'counted') continue;
              all.push({ id, challenge, recordChallenge: result.record.challenge });
              if (result.record.digits === 6) standing.add(id);
            } else if (verb === 'wait') {
              await subject.advance(seconds * 1000);
            } else if (tried && verb === 'retract') {
              const { id } = tried;
              const isTaken = await retract(id, { challenge: tried.challenge });
              assert.ok(!isTaken || !over.has(id), 'taken back twice, or after it was consumed');
              if (isTaken) over.add(id);
              if (isTaken) standing.delete(id);
            } else if (tried) {
              const { id, recordChallenge } = tried;
              const isFirst = await consume(recordChallenge, { challenge: tried.challenge, attemptId: id });
              assert.ok(!isFirst || !over.has(id), 'consumed twice, or after it was taken back');
              // A right guess does not count.
              over.add(id);
              standing.delete(id);
              // Its owner's guesses before that one do not count either.
              if (isFirst && tried.challenge !== undefined) {
                for (const other of all)
                  if (other.recordChallenge === recordChallenge) standing.delete(other.id);
              }
            }
            assert.ok(standing.size <= soon.lengthening.after, `${standing.size} guesses stand`);
          }
        }),
        { numRuns: 40, seed: 14 },
      );
    });
  });
}
