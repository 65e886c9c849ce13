import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CreateStoreHarness, periodSeconds, useStore, windowSeconds } from './subject.js';

/** That a code is used once. */
export function describeConsume(createHarness: CreateStoreHarness): void {
  describe('consume', () => {
    const subject = useStore(createHarness);
    const { attempt, consume, guess, lengthening, mustOpen } = subject;

    test('is true for exactly one of many callers, ever', async () => {
      const opened = await mustOpen();
      const callers = [subject.store, await subject.connect(), await subject.connect()];
      const race = await Promise.all(
        Array.from({ length: 60 }, (_, i) => consume(opened.record.challenge, {}, callers[i % 3])),
      );
      assert.equal(race.filter(Boolean).length, 1);
      assert.equal(await consume(opened.record.challenge), false);
      assert.equal((await attempt()).status, 'expired');
    });

    test('is false for a code that was replaced or has expired', async () => {
      const first = await mustOpen();
      const second = await mustOpen({ resend: 'rotate' });
      assert.equal(await consume(first.record.challenge), false);
      await subject.advance(windowSeconds * 1000);
      assert.equal(await consume(second.record.challenge), false);
    });

    test('clears the verify limit and takes its own guess back, no other', async () => {
      const limit = { verifies: { max: 3, periodSeconds }, lengthening: { ...lengthening, after: 5 } };
      const opened = await mustOpen(limit);
      await guess(3, limit);
      assert.equal(await consume(opened.record.challenge), true);
      const next = await mustOpen(limit);
      assert.equal(next.record.digits, 6);
      await guess(3, limit);
      assert.equal((await mustOpen(limit)).record.digits, 10);
    });
  });
}
