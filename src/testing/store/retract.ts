import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRequest, RecordKey } from '../../store-verbs.js';
import { createKey, createTag, memorySeconds, periodSeconds, storeSuite, windowSeconds } from './subject.js';

const soon = { lengthening: { after: 4, digits: 10, maxAttempts: 3, memorySeconds } };

/** Attempts that are taken back. */
export const retractSuite = storeSuite('retract', {}, (subject) => {
  const { attempt, consume, guess, lengthening, mustAttempt, mustOpen } = subject;

  const mayBeGuessedAt = { ...soon, verifies: { max: 4, periodSeconds } };
  const retract = (attemptId: string, changes: Partial<RecordKey> = {}, by = subject.store) =>
    by.retract({ ...subject.key, attemptId, ...changes });
  async function lose(changes: Partial<AttemptRequest> = {}): Promise<string> {
    const attemptId = createTag();
    await mustAttempt({ ...mayBeGuessedAt, attemptId, ...changes });
    return attemptId;
  }
  /** The budget has room for this many guesses, and no more. */
  async function mustHaveRoom(guesses: number): Promise<void> {
    await guess(guesses, mayBeGuessedAt);
    assert.equal((await attempt(mayBeGuessedAt)).status, 'blocked');
  }

  test('takes back all that an attempt counted: the attempt, the guess and the verify', async () => {
    await mustOpen(soon);
    for (let i = 0; i < 20; i++) assert.equal(await retract(await lose()), true);
    await mustHaveRoom(4);
    const { challenge } = await mustOpen({ bind: true, maxAttempts: 1 });
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
    const results = await subject.race(40, (store) => retract(lost, {}, store));
    assert.equal(results.filter(Boolean).length, 1);
    assert.equal(await retract('never seen'), false);
    await mustHaveRoom(2);
    // The others are still there.
    for (const id of kept) assert.equal(await retract(id), true);
  });

  test('takes back one verify, and none that was counted at the same moment', async () => {
    const limit = { verifies: { max: 3, periodSeconds } };
    await mustOpen();
    const [lost] = [await lose(limit), await lose(limit), await lose(limit)];
    assert.equal(await retract(lost), true);
    await guess(1, limit);
    assert.equal((await attempt(limit)).status, 'limited');
  });

  test('works as long as the code may live, whatever was attempted since', async () => {
    await mustOpen({ maxAttempts: 3 });
    const lost = await lose();
    await subject.advance((windowSeconds - 10) * 1000);
    for (let i = 0; i < 2; i++) await lose();
    assert.equal((await attempt()).status, 'blocked');
    assert.equal(await retract(lost), true);
    await guess(1);
  });

  // Attack: take an attempt back, and then use it all the same.
  test('leaves nothing to consume, and a consumed attempt cannot be taken back', async () => {
    const { challenge } = await mustOpen(soon);
    const lost = await lose();
    assert.equal(await retract(lost), true);
    assert.equal(await consume(challenge, { attemptId: lost }), false);
    const right = await lose();
    assert.equal(await consume(challenge, { attemptId: right }), true);
    assert.equal(await consume(challenge, { attemptId: right }), false);
    assert.equal(await retract(right), false);
    await mustOpen(soon);
    await mustHaveRoom(4);
  });

  test('of an attempt that was lost takes its guess back after another one has consumed the code', async () => {
    const eight = { lengthening: { ...lengthening, after: 8 } };
    const { challenge } = await mustOpen(eight);
    const [lost, right] = [await lose(), await lose()];
    assert.equal(await consume(challenge, { attemptId: right }), true);
    await mustOpen(eight);
    await guess(5);
    assert.equal((await mustOpen({ ...eight, recordTag: createTag() })).digits, 10);
    assert.equal(await retract(lost), true);
    assert.equal((await mustOpen(eight)).digits, 6);
  });

  test('lets every one of several right attempts take its own guess back, and no other', async () => {
    const { challenge } = await mustOpen(soon);
    const ids = [await lose(), await lose(), await lose()];
    const results = await Promise.all(ids.map((attemptId) => consume(challenge, { attemptId })));
    assert.equal(results.filter(Boolean).length, 1);
    for (const attemptId of ids) {
      assert.equal(await consume(challenge, { attemptId }), false);
      assert.equal(await retract(attemptId), false);
    }
    await mustOpen(soon);
    await mustHaveRoom(4);
  });

  // Attack: let attempts at a code of one's own get lost, and take them back both by name and by using the code.
  test('gives a guess at a bound code back once, before the code is used or with it', async () => {
    for (const isLostFirst of [true, false]) {
      subject.key = createKey();
      const { challenge } = await mustOpen({ bind: true });
      const [lost, right] = [await lose({ challenge }), await lose({ challenge })];
      await mustOpen();
      await guess(3);
      if (isLostFirst) assert.equal(await retract(lost, { challenge }), true);
      assert.equal(await consume(challenge, { challenge, attemptId: right }), true);
      if (!isLostFirst) await retract(lost, { challenge });
      // Three of ten guesses stand: those at the other code.
      await mustOpen({ resend: 'rotate', maxAttempts: 100 });
      await guess(7);
      assert.equal((await attempt()).status, 'blocked');
    }
  });

  test('gives the guess at a bound code back even once the code has expired', async () => {
    const { challenge } = await mustOpen({ ...soon, bind: true });
    const lost = await lose({ challenge });
    await subject.advance(windowSeconds * 1000);
    assert.equal(await retract(lost, { challenge }), true);
    await mustOpen(soon);
    await mustHaveRoom(4);
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
    assert.equal((await mustOpen(short)).digits, 10);
  });

  test('knows nothing of other identities', async () => {
    await mustOpen();
    const lost = await lose();
    assert.equal(await retract(lost, createKey()), false);
    assert.equal(await retract(lost), true);
  });
});
