import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodSeconds, storeSuite, windowSeconds } from './subject.js';

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
