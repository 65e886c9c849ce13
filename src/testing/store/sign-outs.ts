import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttemptRequest, ClearRequest, OpenRequest } from '../../store-verbs.js';
import { loadFastCheck } from '../load-fast-check.js';
import { type CreateStoreHarness, createKey, createTag, useStore } from './subject.js';

/** The properties of a store that can sign people out everywhere: of `clear`, `ended` and what `consume` returns. */
export function describeSignOuts(createHarness: CreateStoreHarness): void {
  describe('signing out everywhere', () => {
    const subject = useStore(createHarness, { resend: 'rotate' });
    const { lengthening } = subject;

    function createPerson() {
      const key = createKey();
      const open = (changes: Partial<OpenRequest> = {}) => subject.open({ ...key, ...changes });
      const attempt = (challenge?: string, changes: Partial<AttemptRequest> = {}) =>
        subject.attempt({ ...key, challenge, ...changes });
      /** Opens a code, to be consumed by whichever caller. */
      async function obtain() {
        const opened = await open();
        assert.ok(opened.status === 'opened');
        await attempt();
        return (by = subject.store) => by.consume({ ...key, recordChallenge: opened.record.challenge });
      }
      async function signIn() {
        const seconds = await (await obtain())();
        assert.ok(typeof seconds === 'number');
        return seconds;
      }
      const clear = (changes: Partial<ClearRequest> = {}, by = subject.store) =>
        by.clear({
          ...key,
          records: false,
          counts: false,
          signOutSeconds: 0,
          ...changes,
        });
      const signOut = (by = subject.store) => clear({ records: true, signOutSeconds: 86_400 }, by);
      const isEnded = (authTimeSeconds: number, names: string[] = [], ttlSeconds?: number) =>
        subject.store.ended({ ...key, names, authTimeSeconds, ttlSeconds });
      return { open, attempt, obtain, signIn, clear, signOut, isEnded };
    }

    test('a sign-in is told its time by the clock of the store', async () => {
      const { signIn } = createPerson();
      const first = await signIn();
      await subject.advance(100_000);
      const passed = (await signIn()) - first;
      assert.ok(passed >= 100 && passed < 160, String(passed));
    });

    // Attack: sign in within the second of the sign-out, or sign out within the second of the sign-in.
    test('whatever the order and the pace, exactly the sign-ins before the last sign-out are ended', async () => {
      const fc = await loadFastCheck();
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.constant('in' as const) },
        { weight: 2, arbitrary: fc.constant('out' as const) },
        { weight: 1, arbitrary: fc.constantFrom(1, 400, 1000, 5000) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { signIn, signOut, isEnded } = createPerson();
          let before: number[] = [];
          let since: number[] = [];
          for (const what of steps) {
            if (typeof what === 'number') await subject.advance(what);
            else if (what === 'in') since.push(await signIn());
            else {
              await signOut();
              before = [...before, ...since];
              since = [];
            }
          }
          for (const seconds of before) assert.equal(await isEnded(seconds), true);
          for (const seconds of since) assert.equal(await isEnded(seconds), false);
        }),
        { numRuns: 40, seed: 15 },
      );
    });

    // Attack: have a code consumed at the very moment of the sign-out, so that its token comes from neither before nor after.
    test('a code that races a sign-out signs nobody in, or someone who is signed out', async () => {
      const [here, there] = [subject.store, await subject.connect()];
      for (let round = 0; round < 50; round++) {
        const person = createPerson();
        const consume = await person.obtain();
        const calls = [() => consume(here), () => person.signOut(there), () => consume(there)];
        const results = await Promise.all(
          [...calls.slice(round % 3), ...calls.slice(0, round % 3)].map((call) => call()),
        );
        const won = results.filter((result) => typeof result === 'number');
        assert.ok(won.length <= 1);
        for (const seconds of won) assert.equal(await person.isEnded(seconds), true);
        assert.equal(await person.isEnded(await person.signIn()), false);
      }
    });

    // Attack: present a sign-in long after its life, or before its time.
    test('a sign-in ends by itself where it is asked about with a life, by the clock of the store', async () => {
      const { signIn, isEnded } = createPerson();
      const seconds = await signIn();
      const ttlSeconds = 86_400;
      assert.equal(await isEnded(seconds, [], ttlSeconds), false);
      assert.equal(await isEnded(seconds + 250, [], ttlSeconds), false);
      assert.equal(await isEnded(seconds + 1000, [], ttlSeconds), true);
      await subject.advance(86_300_000);
      assert.equal(await isEnded(seconds, [], ttlSeconds), false);
      await subject.advance(160_000);
      assert.equal(await isEnded(seconds, [], ttlSeconds), true);
      assert.equal(await isEnded(seconds), false);
    });

    test('ends all pending codes of the identity, bound or not, and nobody else’s', async () => {
      const [person, other] = [createPerson(), createPerson()];
      await person.open();
      const bound = await person.open({ bind: true });
      await other.open();
      assert.deepEqual(await person.signOut(), { records: 2 });
      assert.equal((await person.attempt()).status, 'expired');
      assert.ok(bound.status === 'opened');
      assert.equal((await person.attempt(bound.record.challenge)).status, 'expired');
      assert.equal((await other.attempt()).status, 'counted');
      assert.equal(await other.isEnded(await other.signIn()), false);
      assert.deepEqual(await person.signOut(), { records: 0 });
    });

    test('remembers a sign-out for as long as was said, and another one for longer', async () => {
      const { signIn, clear, isEnded } = createPerson();
      const seconds = await signIn();
      await clear({ signOutSeconds: 3600 });
      await subject.advance(3_500_000);
      assert.equal(await isEnded(seconds), true);
      await signIn();
      await clear({ signOutSeconds: 3600 });
      await subject.advance(3_500_000);
      assert.equal(await isEnded(seconds), true);
      await subject.advance(101_000);
      assert.equal(await isEnded(seconds), false);
    });

    test('in the same look-up finds any of the names that are set', async () => {
      const { signIn, isEnded } = createPerson();
      const [seconds, name, other] = [await signIn(), createTag(), createTag()];
      assert.equal(await isEnded(seconds, [name, other]), false);
      await subject.store.claim(other, 900);
      assert.equal(await isEnded(seconds, [name, other]), true);
      assert.equal(await isEnded(seconds, [name]), false);
      await subject.advance(900_000);
      assert.equal(await isEnded(seconds, [name, other]), false);
    });

    test('counts and attempts survive a sign-out and the end of a code', async () => {
      const { open, attempt, signOut } = createPerson();
      const limit = { sends: { max: 3, periodSeconds: 600 }, lengthening: { ...lengthening, after: 3 } };
      await open(limit);
      for (let i = 0; i < 3; i++) await attempt(undefined, limit);
      await signOut();
      const next = await open(limit);
      assert.ok(next.status === 'opened' && next.record.digits === 10);
      await open(limit);
      assert.equal((await open(limit)).status, 'limited');
    });

    test('forgets sends, verifies and guesses together, and codes that are out of attempts', async () => {
      const { open, attempt, clear } = createPerson();
      const limit = { sends: { max: 2, periodSeconds: 600 }, verifies: { max: 5, periodSeconds: 600 } };
      await open(limit);
      const bound = await open({ ...limit, bind: true });
      for (let i = 0; i < 5; i++) assert.equal((await attempt(undefined, limit)).status, 'counted');
      assert.equal((await open(limit)).status, 'limited');
      assert.deepEqual(await clear({ counts: true }), { records: 1 });
      assert.ok(bound.status === 'opened');
      assert.equal((await attempt(bound.record.challenge)).status, 'counted');
      const again = await open(limit);
      assert.ok(again.status === 'opened' && again.record.digits === 6);
      for (let i = 0; i < 5; i++) assert.equal((await attempt(undefined, limit)).status, 'counted');
    });
  });
}
