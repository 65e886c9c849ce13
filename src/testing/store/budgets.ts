import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AttemptRequest, RecordKey } from '../../store-verbs.js';
import { createTag, periodSeconds, storeSuite } from './subject.js';

const lengthening = { after: 4, digits: 10, maxAttempts: 2, memorySeconds: 8_640_000 };

/** Aliases share a budget, and known browsers have one of their own. */
export const budgetsSuite = storeSuite('budgets', { lengthening }, (subject) => {
  const { clear, consume, guess, inspect, isEnded, mustOpen, open } = subject;
  let alice: RecordKey;
  let alias: RecordKey;
  beforeEach(() => {
    [alice, alias] = createAliases();
  });

  const attempt = async (changes: Partial<AttemptRequest>) => (await subject.attempt(changes)).status;
  const known = (key: RecordKey): RecordKey => ({ ...key, side: 'known' });

  describe('that aliases share', () => {
    // Attack: fill a mailbox, or guess at its codes, through one `+alias` after the other.
    test('sends, cooldown, verifies and guesses count for all of them', async () => {
      const sends = { max: 2, periodSeconds };
      await mustOpen({ ...alice, sends });
      assert.equal((await open({ ...alias, sends, cooldownSeconds: 30 })).status, 'limited');
      await mustOpen({ ...alias, sends });
      assert.equal((await open({ ...alice, sends })).status, 'limited');
      const verifies = { max: 2, periodSeconds };
      await guess(1, { ...alice, verifies });
      await guess(1, { ...alias, verifies });
      assert.equal(await attempt({ ...alice, verifies }), 'limited');
      await guess(1, alias);
      await guess(1, alice);
      const other = { identityTag: createTag(), budgetTag: alice.budgetTag, recordTag: createTag() };
      assert.equal((await mustOpen(other)).digits, 10);
    });

    test('each has its own code, which no other can use', async () => {
      const [mine, theirs] = [await mustOpen(alice), await mustOpen(alias)];
      assert.notEqual(mine.challenge, theirs.challenge);
      await attempt(alice);
      await attempt(alias);
      assert.equal(await consume(theirs.challenge, alice), false);
      assert.equal(await consume(mine.challenge, alice), true);
      assert.equal(await consume(theirs.challenge, alias), true);
    });

    // Attack: sign in with an alias to see the codes and end the sign-ins of the address that it belongs to.
    test('clear and inspect touch the codes and sign-ins of exactly one of them, and the counts of all', async () => {
      for (const isReversed of [false, true]) {
        const pair = createAliases();
        const [one, other] = isReversed ? (pair.toReversed() as typeof pair) : pair;
        await mustOpen(one);
        await mustOpen({ ...other, bind: true });
        await attempt(one);
        const seen = await inspect(one);
        const tags = seen.records.map(({ recordTag }) => recordTag);
        assert.deepEqual(tags, [one.recordTag]);
        assert.deepEqual([seen.sends.length, seen.verifies.length, seen.guesses], [2, 1, 1]);
        const cleared = await clear({ ...one, records: true, counts: true, signOutSeconds: 3600 });
        assert.deepEqual(cleared, { records: 1 });
        assert.equal((await inspect(one)).records.length, 0);
        const { records, sends, guesses, endedSeconds } = await inspect(other);
        assert.deepEqual([records.length, sends.length, guesses, endedSeconds], [1, 0, 0, undefined]);
        const authTimeSeconds = (await inspect(one)).endedSeconds ?? 0;
        assert.equal(await isEnded(authTimeSeconds, one), true);
        assert.equal(await isEnded(authTimeSeconds, other), false);
      }
    });

    test('a sign-in is later than the last sign-out of exactly this one', async () => {
      await clear({ ...alias, signOutSeconds: 3600 });
      const { endedSeconds = 0 } = await inspect(alias);
      const { challenge } = await mustOpen(alias);
      const seconds = await subject.store.consume({ ...alias, recordChallenge: challenge });
      assert.ok(Number(seconds) > endedSeconds);
    });
  });

  describe('of known browsers', () => {
    // Attack: use up all of somebody's limits, to keep them from signing in with their own browser.
    test('are apart from those of strangers: sends, cooldown and guesses', async () => {
      const sends = { max: 1, periodSeconds };
      await mustOpen(alice);
      // Two attempts at this code are left, which are of its side too.
      await guess(2, alice);
      assert.equal((await mustOpen(alias)).digits, 10);
      assert.equal((await open({ ...alice, sends })).status, 'limited');
      const mine = await mustOpen({ ...known(alice), sends, cooldownSeconds: 60 });
      assert.equal(mine.digits, 6);
      assert.equal((await open({ ...known(alice), sends })).status, 'limited');
      // Aliases share this one too.
      assert.equal((await open({ ...known(alias), sends })).status, 'limited');
      const { sends: ofStrangers, guesses, known: ofKnown } = await inspect(alice);
      assert.deepEqual([ofStrangers.length, guesses], [2, 2]);
      assert.deepEqual([ofKnown?.sends.length, ofKnown?.guesses], [1, 0]);
    });

    test('a code of theirs is bound, found with and without the side, and guesses at it are theirs', async () => {
      const { challenge } = await mustOpen(known(alice));
      assert.equal(await attempt(alice), 'expired');
      assert.equal(await attempt(known(alice)), 'expired');
      await guess(1, { ...alice, challenge });
      await guess(1, { ...known(alice), challenge });
      const { guesses, known: ofKnown } = await inspect(alice);
      assert.deepEqual([guesses, ofKnown?.guesses], [0, 2]);
      const right = { ...alice, challenge, attemptId: createTag() };
      assert.equal((await subject.mustAttempt(right)).side, 'known');
      assert.equal(await consume(challenge, right), true);
      assert.equal((await inspect(alice)).known?.guesses, 0);
    });

    test('are cleared with those of strangers', async () => {
      const { challenge } = await mustOpen(known(alice));
      await guess(1, { ...known(alice), challenge });
      await clear({ ...alice, counts: true });
      const { sends, guesses } = (await inspect(alice)).known ?? {};
      assert.deepEqual([sends, guesses], [[], 0]);
    });

    test('verifies count on the side of the caller, and are taken back there', async () => {
      const limit = { verifies: { max: 1, periodSeconds } };
      const mine = { ...known(alice), attemptId: createTag() };
      await mustOpen(alice);
      await guess(1, { ...alice, ...limit });
      assert.equal(await attempt({ ...alice, ...limit }), 'limited');
      await guess(1, { ...mine, ...limit });
      assert.equal(await attempt({ ...known(alice), ...limit }), 'limited');
      assert.equal(await subject.store.retract(mine), true);
      await guess(1, { ...known(alice), ...limit });
      // Who signs in with a known browser clears no limit of strangers.
      const { challenge } = await mustOpen(known(alice));
      assert.equal(await consume(challenge, { ...known(alice), challenge }), true);
      assert.equal(await attempt({ ...alice, ...limit }), 'limited');
      await guess(1, { ...known(alice), ...limit });
    });

    test('a refused send is given back on its side', async () => {
      const sends = { max: 1, periodSeconds };
      await mustOpen({ ...alice, sends });
      const sent = await mustOpen({ ...known(alice), sends });
      await subject.release(sent, { ...known(alice), challenge: sent.challenge });
      const { sends: ofStrangers, refusals, known: ofKnown } = await inspect(alice);
      assert.deepEqual([ofStrangers.length, refusals.length], [1, 0]);
      assert.deepEqual([ofKnown?.sends.length, ofKnown?.refusals.length], [0, 1]);
    });
  });
});

/** An identity that its budget is named after, and an alias of it. */
function createAliases(): [RecordKey, RecordKey] {
  const budgetTag = createTag();
  return [
    { identityTag: budgetTag, budgetTag, recordTag: createTag() },
    { identityTag: createTag(), budgetTag, recordTag: createTag() },
  ];
}
