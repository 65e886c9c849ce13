import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forAll } from '../for-all.js';
import { createKey, createTag, storeSuite, windowSeconds } from './subject.js';

/** Of a store that can sign people out everywhere: `clear`, `ended` and what `consume` returns. */
export const signOutsSuite = storeSuite('signing out everywhere', { resend: 'rotate' }, (subject) => {
  const { attempt, clear, isEnded, lengthening, mustAttempt, mustOpen, open } = subject;

  /** Opens a code, to be consumed by whichever caller. */
  async function obtain(key = subject.key) {
    const { challenge } = await mustOpen(key);
    await mustAttempt(key);
    return (by = subject.store) => by.consume({ ...key, recordChallenge: challenge });
  }
  async function signIn(key = subject.key): Promise<number> {
    const seconds = await (await obtain(key))();
    assert.ok(typeof seconds === 'number');
    return seconds;
  }
  const signOut = (key = subject.key, by = subject.store) =>
    clear({ ...key, records: true, signOutSeconds: 86_400 }, by);

  test('a sign-in is told its time by the clock of the store', async () => {
    const first = await signIn();
    await subject.advance(100_000);
    const passed = (await signIn()) - first;
    assert.ok(passed >= 100 && passed < 160, String(passed));
  });

  // Attack: sign in within the second of the sign-out, or sign out within the second of the sign-in.
  test('whatever the order and the pace, exactly the sign-ins before the last sign-out are ended', async () => {
    await forAll(
      { runs: 40, seed: 15 },
      (fc) =>
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: fc.constant('in' as const) },
            { weight: 2, arbitrary: fc.constant('out' as const) },
            { weight: 1, arbitrary: fc.constantFrom(1, 400, 1000, 5000) },
          ),
          { maxLength: 12 },
        ),
      async (steps) => {
        subject.key = createKey();
        const before: number[] = [];
        const since: number[] = [];
        for (const what of steps) {
          if (typeof what === 'number') await subject.advance(what);
          else if (what === 'in') since.push(await signIn());
          else {
            await signOut();
            before.push(...since.splice(0));
          }
        }
        for (const seconds of before) assert.equal(await isEnded(seconds), true);
        for (const seconds of since) assert.equal(await isEnded(seconds), false);
      },
    );
  });

  // Attack: have a code consumed at the very moment of the sign-out, so that its token comes from neither before nor after.
  test('a code that races a sign-out signs nobody in, or someone who is signed out', async () => {
    const [here, there] = [subject.store, await subject.connect()];
    for (let round = 0; round < 50; round++) {
      subject.key = createKey();
      const consume = await obtain();
      const calls = [() => consume(here), () => signOut(subject.key, there), () => consume(there)];
      const results = await Promise.all(
        [...calls.slice(round % 3), ...calls.slice(0, round % 3)].map((call) => call()),
      );
      const won = results.filter((result) => typeof result === 'number');
      assert.ok(won.length <= 1);
      for (const seconds of won) assert.equal(await isEnded(seconds), true);
      assert.equal(await isEnded(await signIn()), false);
    }
  });

  // Attack: present a sign-in long after its life, or before its time.
  test('a sign-in ends by itself where it is asked about with a life, by the clock of the store', async () => {
    const seconds = await signIn();
    const day = { ttlSeconds: 86_400 };
    assert.equal(await isEnded(seconds, day), false);
    assert.equal(await isEnded(seconds + 250, day), false);
    assert.equal(await isEnded(seconds + 1000, day), true);
    await subject.advance(86_300_000);
    assert.equal(await isEnded(seconds, day), false);
    await subject.advance(160_000);
    assert.equal(await isEnded(seconds, day), true);
    assert.equal(await isEnded(seconds), false);
  });

  test('ends all pending codes of the identity, bound or not, and nobody else’s', async () => {
    const other = createKey();
    await mustOpen();
    const { challenge } = await mustOpen({ bind: true });
    await mustOpen(other);
    assert.deepEqual(await signOut(), { records: 2 });
    assert.equal((await attempt()).status, 'expired');
    assert.equal((await attempt({ challenge })).status, 'expired');
    await mustAttempt(other);
    assert.equal(await isEnded(await signIn(other), other), false);
    assert.deepEqual(await signOut(), { records: 0 });
    await mustOpen(other);
    await subject.advance(windowSeconds * 1000);
    assert.deepEqual(await signOut(other), { records: 0 });
  });

  test('remembers a sign-out for as long as was said, and another one for longer', async () => {
    const seconds = await signIn();
    await clear({ signOutSeconds: 3600 });
    await subject.advance(3_590_000);
    assert.equal(await isEnded(seconds), true);
    await signIn();
    await clear({ signOutSeconds: 3600 });
    await subject.advance(3_590_000);
    assert.equal(await isEnded(seconds), true);
    await subject.advance(11_000);
    assert.equal(await isEnded(seconds), false);
  });

  test('in the same look-up finds any of the names that are set', async () => {
    const [seconds, name, other] = [await signIn(), createTag(), createTag()];
    assert.equal(await isEnded(seconds, { names: [name, other] }), false);
    await subject.store.claim(other, 900);
    assert.equal(await isEnded(seconds, { names: [name, other] }), true);
    assert.equal(await isEnded(seconds, { names: [name] }), false);
    await subject.advance(900_000);
    assert.equal(await isEnded(seconds, { names: [name, other] }), false);
  });

  test('counts and attempts survive a sign-out and the end of a code', async () => {
    const limit = { sends: { max: 3, periodSeconds: 600 }, lengthening: { ...lengthening, after: 3 } };
    await mustOpen(limit);
    for (let i = 0; i < 3; i++) await attempt(limit);
    await signOut();
    assert.equal((await mustOpen(limit)).digits, 10);
    await open(limit);
    assert.equal((await open(limit)).status, 'limited');
  });

  test('forgets sends, verifies and guesses together, and codes that are out of attempts', async () => {
    const limit = { sends: { max: 2, periodSeconds: 600 }, verifies: { max: 5, periodSeconds: 600 } };
    await mustOpen(limit);
    const { challenge } = await mustOpen({ ...limit, bind: true });
    await subject.guess(5, limit);
    assert.equal((await open(limit)).status, 'limited');
    assert.deepEqual(await clear({ counts: true }), { records: 1 });
    await mustAttempt({ challenge });
    assert.equal((await mustOpen(limit)).digits, 6);
    await subject.guess(5, limit);
  });
});
