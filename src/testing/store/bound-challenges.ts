import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTag, storeSuite } from './subject.js';

/** Records that belong to one browser. */
export const boundChallengesSuite = storeSuite('bound challenges', {}, (subject) => {
  const { attempt, consume, guess, mustAttempt, mustOpen, open } = subject;

  test('are records of their own: none replaces another or the unbound one', async () => {
    const unbound = await mustOpen({ maxAttempts: 3 });
    const mine = await mustOpen({ bind: true, maxAttempts: 3 });
    const theirs = await mustOpen({ bind: true, maxAttempts: 3 });
    assert.equal(new Set([unbound.challenge, mine.challenge, theirs.challenge]).size, 3);
    await guess(3, { challenge: theirs.challenge });
    assert.equal((await attempt({ challenge: theirs.challenge })).status, 'blocked');
    for (const [opened, challenge] of [
      [unbound, undefined],
      [mine, mine.challenge],
    ] as const) {
      const { attemptsLeft, record } = await mustAttempt({ challenge });
      assert.equal(attemptsLeft, 2);
      assert.equal(record.challenge, opened.challenge);
    }
  });

  test('are sent again only by name; an unknown name is expired and opens nothing', async () => {
    const mine = await mustOpen({ bind: true });
    const again = await mustOpen({ bind: true, challenge: mine.challenge });
    assert.deepEqual(again.record, mine.record);
    assert.equal((await open({ bind: true, challenge: createTag() })).status, 'expired');
    assert.equal((await attempt()).status, 'expired');
  });

  // Attack: verify with an empty challenge, as a caller that has lost it would send, to reach the unbound code.
  test('are not found without a name, and an empty name is not the unbound record', async () => {
    const unbound = await mustOpen();
    await mustOpen({ bind: true });
    assert.equal((await attempt({ challenge: '' })).status, 'expired');
    assert.equal((await open({ bind: true, challenge: '' })).status, 'expired');
    assert.equal(await consume(unbound.challenge, { challenge: '' }), false);
    assert.equal(await consume(unbound.challenge), true);
  });

  test('take a new name when they rotate', async () => {
    const { challenge } = await mustOpen({ bind: true });
    const next = await mustOpen({ bind: true, challenge, resend: 'rotate' });
    assert.notEqual(next.challenge, challenge);
    assert.equal((await attempt({ challenge })).status, 'expired');
    await guess(1, { challenge: next.challenge });
  });

  test('of another identity or purpose do not exist', async () => {
    const { challenge } = await mustOpen({ bind: true });
    assert.equal((await attempt({ challenge, recordTag: createTag() })).status, 'expired');
    assert.equal(await consume(challenge, { challenge, recordTag: createTag() }), false);
    assert.equal(await consume(challenge), false);
    assert.equal(await consume(challenge, { challenge }), true);
  });
});
