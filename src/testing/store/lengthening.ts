import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenRequest } from '../../store-verbs.js';
import { createKey, createTag, memorySeconds, storeSuite, windowSeconds } from './subject.js';

/** The budget of guesses, and the long codes after it. */
export const lengtheningSuite = storeSuite('lengthening', {}, (subject) => {
  const { attempt, consume, guess, lengthening, mustOpen, release, unlimited } = subject;

  const soon = { lengthening: { ...lengthening, after: 4 } };
  async function mustOpenBound(digits: number, changes: Partial<OpenRequest> = {}) {
    const opened = await mustOpen({ bind: true, ...changes });
    assert.equal(opened.digits, digits);
    return opened;
  }

  test('counts guesses and open attempts over purposes, bound challenges and new codes', async () => {
    const budget = { lengthening: { ...lengthening, after: 8 }, maxAttempts: 2 };
    const other = createTag();
    await mustOpen(budget);
    await guess(1);
    const { challenge } = await mustOpen({ ...budget, bind: true });
    await guess(1, { challenge });
    await mustOpen({ ...budget, recordTag: other });
    await guess(1, { recordTag: other });
    await mustOpen({ ...budget, resend: 'rotate' });
    await guess(1);
    // Four guesses, and three codes with one attempt left.
    for (const changes of [{}, { bind: true }])
      assert.equal((await mustOpen({ ...budget, recordTag: createTag(), ...changes })).digits, 10);
  });

  // Attack: guess at codes of one's own, to end the code that the owner is about to type.
  test('pending codes are never revoked by guesses made elsewhere, and are sent again as they are', async () => {
    const mine = await mustOpen({ bind: true });
    const { challenge } = mine;
    await mustOpen();
    await guess(5);
    for (let i = 0; i < 5; i++) {
      const other = await mustOpenBound(10);
      await guess(3, { challenge: other.challenge });
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
      const opened = await mustOpen({ lengthening: { ...lengthening, after }, maxAttempts });
      assert.equal(opened.digits, digits);
      await guess(given);
      assert.equal((await attempt()).status, 'blocked');
    }
  });

  test('codes that end without a guess free what they had', async () => {
    for (let i = 0; i < 20; i++) {
      await mustOpenBound(6);
      await mustOpenBound(6);
      await mustOpenBound(10);
      await subject.advance(windowSeconds * 1000);
    }
    const [first, second] = [await mustOpenBound(6), await mustOpenBound(6)];
    await release(first, { challenge: first.challenge });
    await mustOpenBound(6);
    await consume(second.challenge, { challenge: second.challenge });
    await mustOpenBound(6);
    await mustOpenBound(10);
  });

  // Attack: let an owner mistype, again and again, until all codes are long.
  test('consuming a bound code gives all guesses at it back, and no others', async () => {
    for (let i = 0; i < 8; i++) {
      const { challenge } = await mustOpenBound(6);
      await guess(4, { challenge });
      const attemptId = createTag();
      await guess(1, { challenge, attemptId });
      assert.equal(await consume(challenge, { challenge, attemptId }), true);
      assert.equal(await consume(challenge, { challenge, attemptId }), false);
    }
    await mustOpen();
    await guess(4);
    const { challenge } = await mustOpen({ bind: true });
    await guess(4, { challenge });
    assert.equal(await consume(challenge, { challenge }), true);
    // Four stand, and one attempt is open.
    await mustOpen({ bind: true, maxAttempts: 5 });
    await mustOpenBound(10);
  });

  // Attack: guess just before a period ends, and have that given back in the next one.
  test('nothing is given back in another period', async () => {
    const short = { lengthening: { ...lengthening, memorySeconds: 200 } };
    const { challenge } = await mustOpen({ ...short, bind: true });
    await guess(4, { ...short, challenge });
    await subject.advance(200_000);
    await mustOpen(short);
    await guess(5, short);
    assert.equal(await consume(challenge, { challenge }), true);
    const next = await mustOpen({ ...short, bind: true });
    await guess(5, { ...short, challenge: next.challenge });
    await mustOpenBound(10, short);
  });

  // Attack: guess with one code on both sides of the edge of a period, and have all of that given back in the second one.
  test('of a code that outlives a period, only the guesses in the new one are given back', async () => {
    const short = { lengthening: { ...lengthening, memorySeconds: 200 } };
    const mine = await mustOpen({ ...short, bind: true });
    await guess(3, { ...short, challenge: mine.challenge });
    await subject.advance(200_000);
    const other = await mustOpen({ ...short, bind: true, maxAttempts: 4 });
    await guess(4, { ...short, challenge: other.challenge });
    await guess(1, { ...short, challenge: mine.challenge });
    assert.equal(await consume(mine.challenge, { challenge: mine.challenge }), true);
    // Four guesses stand.
    await mustOpen({ ...short, maxAttempts: 100 });
    await guess(6, short);
    assert.equal((await attempt(short)).status, 'blocked');
  });

  test('guesses at long codes are neither counted nor given back', async () => {
    const opened = await mustOpen({ ...soon, maxAttempts: 4 });
    await guess(4, soon);
    for (let i = 0; i < 5; i++) {
      const { challenge } = await mustOpen({ ...soon, bind: true });
      await guess(2, { challenge });
      assert.equal(await consume(challenge, { challenge }), true);
    }
    assert.notEqual((await mustOpen(soon)).challenge, opened.challenge);
    assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).digits, 10);

    subject.key = createKey();
    const { challenge } = await mustOpen({ ...soon, bind: true });
    await guess(2, { ...soon, challenge });
    const long = await mustOpen({ ...soon, bind: true });
    await guess(2, { ...soon, challenge: long.challenge });
    assert.equal(await consume(challenge, { challenge }), true);
    // No guess counts any more.
    await mustOpen({ ...soon, maxAttempts: 100 });
    await guess(4, soon);
    assert.equal((await attempt(soon)).status, 'blocked');
  });

  test('lasts until the guesses are forgotten, counted from the first', async () => {
    await mustOpen(soon);
    await guess(1, soon);
    await subject.advance((memorySeconds - 10) * 1000);
    await mustOpen(soon);
    await guess(3, soon);
    assert.equal((await mustOpen(soon)).digits, 10);
    await subject.advance(10_000);
    assert.equal((await mustOpen({ ...soon, recordTag: createTag() })).digits, 6);
  });

  test('is exact however many callers race: no guess more than the count meets a short code', async () => {
    await mustOpen({ ...soon, maxAttempts: 100 });
    const results = await subject.race(80, (store) => attempt(soon, store));
    assert.equal(results.filter(({ status }) => status === 'counted').length, 4);
  });

  test('makes every code long below 0', async () => {
    const none = { lengthening: { ...lengthening, after: -1 } };
    for (const recordTag of [createTag(), createTag()])
      assert.equal((await mustOpen({ ...none, recordTag })).digits, 10);
    // Never shorter than what was asked for.
    assert.equal((await mustOpen({ ...none, digits: 12, resend: 'rotate' })).digits, 12);
  });

  test('is off at 0', async () => {
    await mustOpen({ ...unlimited, maxAttempts: 100 });
    await guess(50);
    assert.equal((await mustOpen({ ...unlimited, recordTag: createTag() })).digits, 6);
  });
});
