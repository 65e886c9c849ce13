import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CreateStoreHarness, createTag, periodSeconds, useStore, windowSeconds } from './subject.js';

/** How attempts are counted before anything is compared. */
export function describeAttempt(createHarness: CreateStoreHarness): void {
  describe('attempt', () => {
    const subject = useStore(createHarness);
    const { attempt, guess, mustOpen, near, unlimited } = subject;

    test('with nothing pending answers expired and counts nothing', async () => {
      const limit = { max: 3, periodSeconds };
      for (let i = 0; i < 20; i++) assert.equal((await attempt({ verifies: limit })).status, 'expired');
      const opened = await mustOpen();
      assert.equal(opened.record.digits, 6);
      await guess(3, { verifies: limit });
    });

    test('counts down, then answers blocked with the time until the code expires', async () => {
      await mustOpen({ maxAttempts: 3 });
      const left = [];
      for (let i = 0; i < 3; i++) {
        const result = await attempt();
        left.push(result.status === 'counted' && result.attemptsLeft);
      }
      assert.deepEqual(left, [2, 1, 0]);
      const result = await attempt();
      assert.ok(result.status === 'blocked' && near(result.retryAfterMs, windowSeconds * 1000));
    });

    test('never lets more through than there are attempts, however many callers race', async () => {
      await mustOpen();
      const callers = [subject.store, await subject.connect(), await subject.connect()];
      const results = await Promise.all(Array.from({ length: 150 }, (_, i) => attempt({}, callers[i % 3])));
      assert.equal(results.filter(({ status }) => status === 'counted').length, 5);
      assert.equal(results.filter(({ status }) => status === 'blocked').length, 145);
    });

    test('keeps the rolling verify limit over purposes and new codes, on unbound records only', async () => {
      const limit = { verifies: { max: 4, periodSeconds }, ...unlimited };
      const other = createTag();
      await mustOpen(unlimited);
      await mustOpen({ ...unlimited, recordTag: other });
      const bound = await mustOpen({ ...unlimited, bind: true });
      await guess(2, limit);
      await subject.advance(100_000);
      await guess(2, { ...limit, recordTag: other });
      await mustOpen({ ...unlimited, resend: 'rotate' });
      const result = await attempt(limit);
      assert.ok(result.status === 'limited' && near(result.retryAfterMs, 500_000));
      await guess(5, { ...limit, challenge: bound.record.challenge });
      await subject.advance(500_000);
      await mustOpen(unlimited);
      await guess(2, limit);
      assert.equal((await attempt(limit)).status, 'limited');
    });

    test('does not take an attempt for a refused call', async () => {
      await mustOpen();
      await guess(1, { verifies: { max: 1, periodSeconds } });
      for (let i = 0; i < 10; i++) {
        assert.equal((await attempt({ verifies: { max: 1, periodSeconds } })).status, 'limited');
      }
      const result = await attempt();
      assert.equal(result.status === 'counted' && result.attemptsLeft, 3);
    });

    test('treats a record of a key that is gone as absent', async () => {
      await mustOpen({ keyIds: ['old'] });
      assert.equal((await attempt({ keyIds: ['new'] })).status, 'expired');
      assert.equal((await attempt({ keyIds: ['new', 'old'] })).status, 'counted');
    });
  });
}
