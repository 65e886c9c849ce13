import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CreateStoreHarness, createTag, useStore } from './subject.js';

/** Records that belong to one browser. */
export function describeBoundChallenges(createHarness: CreateStoreHarness): void {
  describe('bound challenges', () => {
    const subject = useStore(createHarness);
    const { attempt, consume, guess, mustOpen, open } = subject;

    test('are records of their own: none replaces another or the unbound one', async () => {
      const unbound = await mustOpen({ maxAttempts: 3 });
      const mine = await mustOpen({ bind: true, maxAttempts: 3 });
      const theirs = await mustOpen({ bind: true, maxAttempts: 3 });
      const challenges = [unbound, mine, theirs].map(({ record }) => record.challenge);
      assert.equal(new Set(challenges).size, 3);
      await guess(3, { challenge: theirs.record.challenge });
      assert.equal((await attempt({ challenge: theirs.record.challenge })).status, 'blocked');
      for (const [opened, challenge] of [
        [unbound, undefined],
        [mine, mine.record.challenge],
      ] as const) {
        const result = await attempt({ challenge });
        assert.ok(result.status === 'counted' && result.attemptsLeft === 2);
        assert.equal(result.record.challenge, opened.record.challenge);
      }
    });

    test('are sent again only by name; an unknown name is expired and opens nothing', async () => {
      const mine = await mustOpen({ bind: true });
      const again = await mustOpen({ bind: true, challenge: mine.record.challenge });
      assert.deepEqual(again.record, mine.record);
      assert.equal((await open({ bind: true, challenge: createTag() })).status, 'expired');
      assert.equal((await attempt()).status, 'expired');
    });

    // Attack: verify with an empty challenge, as a caller passes on who has lost it, and so with the unbound code.
    test('are not found without a name, and an empty name is not the unbound record', async () => {
      const unbound = await mustOpen();
      await mustOpen({ bind: true });
      assert.equal((await attempt({ challenge: '' })).status, 'expired');
      assert.equal((await open({ bind: true, challenge: '' })).status, 'expired');
      assert.equal(await consume(unbound.record.challenge, { challenge: '' }), false);
      assert.equal(await consume(unbound.record.challenge), true);
    });

    test('take a new name when they rotate', async () => {
      const mine = await mustOpen({ bind: true });
      const next = await mustOpen({ bind: true, challenge: mine.record.challenge, resend: 'rotate' });
      assert.notEqual(next.record.challenge, mine.record.challenge);
      assert.equal((await attempt({ challenge: mine.record.challenge })).status, 'expired');
      await guess(1, { challenge: next.record.challenge });
    });

    test('of another identity or purpose do not exist', async () => {
      const mine = await mustOpen({ bind: true });
      const { challenge } = mine.record;
      assert.equal((await attempt({ challenge, recordTag: createTag() })).status, 'expired');
      assert.equal(await consume(challenge, { challenge, recordTag: createTag() }), false);
      assert.equal(await consume(challenge), false);
      assert.equal(await consume(challenge, { challenge }), true);
    });
  });
}
