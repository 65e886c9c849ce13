import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CreateStoreHarness,
  createKey,
  createTag,
  memorySeconds,
  useStore,
  windowSeconds,
} from './subject.js';

/** The budget of guesses, and the long codes after it. */
export function describeLengthening(createHarness: CreateStoreHarness): void {
  describe('lengthening', () => {
    const subject = useStore(createHarness);
    const { attempt, consume, guess, lengthening, mustOpen, release, unlimited } = subject;

    const soon = { lengthening: { ...lengthening, after: 4 } };

    test('counts guesses and open attempts over purposes, bound challenges and new codes', async () => {
      const budget = { lengthening: { ...lengthening, after: 8 }, maxAttempts: 2 };
      const other = createTag();
      await mustOpen(budget);
      await guess(1);
      const bound = await mustOpen({ ...budget, bind: true });
      await guess(1, { challenge: bound.record.challenge });
      await mustOpen({ ...budget, recordTag: other });
      await guess(1, { recordTag: other });
      await mustOpen({ ...budget, resend: 'rotate' });
      await guess(1);
      // Four guesses, and three codes with one attempt left.
      for (const changes of [{}, { bind: true }]) {
        const { record } = await mustOpen({ ...budget, recordTag: createTag(), ...changes });
        assert.equal(record.digits, 10);
      }
    });

    // Attack: guess at codes of one's own, to end the code that the owner is about to type.
    test('pending codes are never revoked by guesses made elsewhere, and are sent again as they are', async () => {
      const mine = await mustOpen({ bind: true });
      const { challenge } = mine.record;
      await mustOpen();
      await guess(5);
      for (let i = 0; i < 5; i++) {
        const { record } = await mustOpen({ bind: true });
        assert.equal(record.digits, 10);
        await guess(3, { challenge: record.challenge });
      }
      const again = await mustOpen({ bind: true, challenge });
      assert.deepEqual(again.record, mine.record);
      await guess(1, { challenge });
      assert.equal(await consume(challenge, { challenge }), true);
    });

    test('a short code gets what the budget has left, and three attempts at least', async () => {
      for (const [after, maxAttempts, given, digits] of [
        [10, 5, 5, 6],
        [4, 5, 4, 6],
        [3, 5, 3, 6],
        [2, 5, 3, 10],
        [2, 2, 2, 6],
        [1, 1, 1, 6],
        [1, 2, 2, 10],
        [20, 100, 20, 6],
      ] as const) {
        subject.key = createKey();
        const budget = { lengthening: { ...lengthening, after }, maxAttempts };
        const { record } = await mustOpen(budget);
        assert.equal(record.digits, digits);
        await guess(given);
        assert.equal((await attempt()).status, 'blocked');
      }
    });

    test('codes that end without a guess free what they had', async () => {
      for (let i = 0; i < 20; i++) {
        assert.equal((await mustOpen({ bind: true })).record.digits, 6);
        assert.equal((await mustOpen({ bind: true })).record.digits, 6);
        assert.equal((await mustOpen({ bind: true })).record.digits, 10);
        await subject.advance(windowSeconds * 1000);
      }
      const first = await mustOpen({ bind: true });
      const second = await mustOpen({ bind: true });
      await release(first, { challenge: first.record.challenge });
      assert.equal((await mustOpen({ bind: true })).record.digits, 6);
      await consume(second.record.challenge, { challenge: second.record.challenge });
      assert.equal((await mustOpen({ bind: true })).record.digits, 6);
      assert.equal((await mustOpen({ bind: true })).record.digits, 10);
    });

    // Attack: let an owner mistype, again and again, until all codes are long.
    test('consuming a bound code gives all guesses at it back, and no others', async () => {
      for (let i = 0; i < 8; i++) {
        const opened = await mustOpen({ bind: true });
        const { challenge } = opened.record;
        assert.equal(opened.record.digits, 6);
        await guess(4, { challenge });
        const attemptId = createTag();
        await guess(1, { challenge, attemptId });
        assert.equal(await consume(challenge, { challenge, attemptId }), true);
        assert.equal(await consume(challenge, { challenge, attemptId }), false);
      }
      await mustOpen();
      await guess(4);
      const bound = await mustOpen({ bind: true });
      const { challenge } = bound.record;
      await guess(4, { challenge });
      assert.equal(await consume(challenge, { challenge }), true);
      // Four stand, and one attempt is open.
      await mustOpen({ bind: true, maxAttempts: 5 });
      assert.equal((await mustOpen({ bind: true })).record.digits, 10);
    });

    // Attack: guess just before a period ends, and have that given back in the next one.
    test('nothing is given back in another period', async () => {
      const short = { lengthening: { ...lengthening, memorySeconds: 200 } };
      const mine = await mustOpen({ ...short, bind: true });
      const { challenge } = mine.record;
      await guess(4, { ...short, challenge });
      await subject.advance(200_000);
      await mustOpen(short);
      await guess(5, short);
      assert.equal(await consume(challenge, { challenge }), true);
      const next = await mustOpen({ ...short, bind: true });
      await guess(5, { ...short, challenge: next.record.challenge });
      assert.equal((await mustOpen({ ...short, bind: true })).record.digits, 10);
    });

    test('guesses at long codes are neither counted nor given back', async () => {
      const opened = await mustOpen({ ...soon, maxAttempts: 4 });
      await guess(4, soon);
      for (let i = 0; i < 5; i++) {
        const { record } = await mustOpen({ ...soon, bind: true });
        await guess(2, { challenge: record.challenge });
        assert.equal(await consume(record.challenge, { challenge: record.challenge }), true);
      }
      assert.notEqual((await mustOpen(soon)).record.challenge, opened.record.challenge);
      assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).record.digits, 10);
    });

    test('lasts until the guesses are forgotten, counted from the first', async () => {
      await mustOpen(soon);
      await guess(1, soon);
      await subject.advance((memorySeconds - 10) * 1000);
      await mustOpen(soon);
      await guess(3, soon);
      assert.equal((await mustOpen(soon)).record.digits, 10);
      await subject.advance(10_000);
      assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).record.digits, 6);
    });

    test('is exact however many callers race: no guess more than the count meets a short code', async () => {
      await mustOpen({ ...soon, maxAttempts: 100 });
      const callers = [subject.store, await subject.connect()];
      const results = await Promise.all(Array.from({ length: 80 }, (_, i) => attempt(soon, callers[i % 2])));
      assert.equal(results.filter(({ status }) => status === 'counted').length, 4);
    });

    test('is off at 0', async () => {
      await mustOpen({ ...unlimited, maxAttempts: 100 });
      await guess(50);
      assert.equal((await mustOpen({ ...unlimited, recordTag: createTag() })).record.digits, 6);
    });
  });
}
