import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTag, periodSeconds, storeSuite, windowSeconds } from './subject.js';

/** How attempts are counted before anything is compared. */
export const attemptSuite = storeSuite('attempt', {}, (subject) => {
  const { advance, attempt, guess, mustAttempt, mustOpen, mustWait, unlimited } = subject;

  test('with nothing pending answers expired and counts nothing', async () => {
    const limit = { max: 3, periodSeconds };
    for (let i = 0; i < 20; i++) assert.equal((await attempt({ verifies: limit })).status, 'expired');
    assert.equal((await mustOpen()).digits, 6);
    await guess(3, { verifies: limit });
  });

  test('counts down, then answers blocked with the time until the code expires', async () => {
    await mustOpen({ maxAttempts: 3 });
    for (const left of [2, 1, 0]) assert.equal((await mustAttempt()).attemptsLeft, left);
    mustWait(await attempt(), 'blocked', windowSeconds * 1000);
  });

  test('never lets more through than there are attempts, however many callers race', async () => {
    await mustOpen();
    const results = await subject.race(150, (store) => attempt({}, store), 3);
    assert.equal(results.filter(({ status }) => status === 'counted').length, 5);
    assert.equal(results.filter(({ status }) => status === 'blocked').length, 145);
  });

  test('keeps the rolling verify limit over purposes and new codes, on unbound records only', async () => {
    const limit = { verifies: { max: 4, periodSeconds }, ...unlimited };
    const other = createTag();
    await mustOpen(unlimited);
    await mustOpen({ ...unlimited, recordTag: other });
    const { challenge } = await mustOpen({ ...unlimited, bind: true });
    await guess(2, limit);
    await subject.advance(100_000);
    await guess(2, { ...limit, recordTag: other });
    await mustOpen({ ...unlimited, resend: 'rotate' });
    mustWait(await attempt(limit), 'limited', 500_000);
    await guess(5, { ...limit, challenge });
    await subject.advance(500_000);
    await mustOpen(unlimited);
    await guess(2, limit);
    assert.equal((await attempt(limit)).status, 'limited');
  });

  test('takes neither an attempt nor a guess for a refused call', async () => {
    await mustOpen();
    const limit = { verifies: { max: 1, periodSeconds } };
    await guess(1, limit);
    for (let i = 0; i < 10; i++) assert.equal((await attempt(limit)).status, 'limited');
    assert.equal((await mustAttempt()).attemptsLeft, 3);
    await guess(3);
    for (let i = 0; i < 10; i++) assert.equal((await attempt()).status, 'blocked');
    // Five of ten guesses are left.
    assert.equal((await mustOpen({ recordTag: createTag() })).digits, 6);
  });

  // Attack: let a code expire, and with it what was tried at it.
  test('keeps the verify limit for its whole period, whatever expires before that', async () => {
    const limit = { verifies: { max: 2, periodSeconds } };
    await mustOpen({ sends: { max: 1000, periodSeconds: 30 } });
    await advance(290_000);
    await guess(2, limit);
    await advance(320_000);
    await mustOpen();
    mustWait(await attempt(limit), 'limited', 280_000);
  });

  test('with a short period ends nothing that lasts longer', async () => {
    const sends = { max: 1, periodSeconds };
    await mustOpen({ sends });
    await guess(1, { verifies: { max: 1000, periodSeconds: 10 } });
    await advance(20_000);
    assert.equal((await mustAttempt()).attemptsLeft, 3);
    mustWait(await subject.open({ sends }), 'limited', 580_000);
  });

  test('treats a record of a key that is gone as absent', async () => {
    await mustOpen({ keyIds: ['old'] });
    assert.equal((await attempt({ keyIds: ['new'] })).status, 'expired');
    await mustAttempt({ keyIds: ['new', 'old'] });
  });
});

/** That a code is used once. */
export const consumeSuite = storeSuite('consume', {}, (subject) => {
  const { attempt, consume, guess, lengthening, mustOpen } = subject;

  test('is true for exactly one of many callers, ever', async () => {
    const { challenge } = await mustOpen();
    const results = await subject.race(60, (store) => consume(challenge, {}, store), 3);
    assert.equal(results.filter(Boolean).length, 1);
    assert.equal(await consume(challenge), false);
    assert.equal((await attempt()).status, 'expired');
  });

  test('is false for a code that was replaced or has expired', async () => {
    const first = await mustOpen();
    const second = await mustOpen({ resend: 'rotate' });
    assert.equal(await consume(first.challenge), false);
    await subject.advance(windowSeconds * 1000);
    assert.equal(await consume(second.challenge), false);
  });

  test('clears the verify limit and takes its own guess back, no other', async () => {
    const limit = { verifies: { max: 3, periodSeconds }, lengthening: { ...lengthening, after: 5 } };
    const { challenge } = await mustOpen(limit);
    await guess(3, limit);
    assert.equal(await consume(challenge), true);
    assert.equal((await mustOpen(limit)).digits, 6);
    await guess(3, limit);
    assert.equal((await mustOpen(limit)).digits, 10);
  });
});
