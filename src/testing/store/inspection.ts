import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CreateStoreHarness, type Opened, periodSeconds, useStore } from './subject.js';

/** The properties of a store that operators can ask: of `inspect` and `note`. */
export function describeInspection(createHarness: CreateStoreHarness): void {
  describe('what is shown about an identity', () => {
    const lengthening = { after: 10, digits: 10, maxAttempts: 2, memorySeconds: 8_640_000 };
    const subject = useStore(createHarness, { lengthening });
    const { attempt, mustOpen: open } = subject;
    const inspect = () => subject.store.inspect({ ...subject.key, periodSeconds });
    const note = (opened: Opened, text: string, challenge?: string) =>
      subject.store.note({
        ...subject.key,
        challenge,
        recordChallenge: opened.record.challenge,
        sendId: opened.sendId,
        note: text,
        keepSeconds: periodSeconds,
      });

    test('nothing, for an identity that nobody has asked for', async () => {
      const nothing = { sends: [], refusals: [], verifies: [], guesses: 0, guessesEndInMs: 0 };
      assert.deepEqual(await inspect(), {
        records: [],
        ...nothing,
        known: nothing,
        endedSeconds: undefined,
      });
    });

    test('its codes without their challenges, its counts with their ages, and changes none of them', async () => {
      const bound = await open({ bind: true, channel: 'sms', mute: true });
      await subject.advance(100_000);
      await open();
      await attempt();
      const seen = [await inspect(), await inspect()];
      for (const { records, sends, verifies, guesses, guessesEndInMs } of seen) {
        assert.deepEqual(
          records.map(({ isBound, channel, digits, attemptsLeft, mute }) => [
            isBound,
            channel,
            digits,
            attemptsLeft,
            mute,
          ]),
          [
            [false, 'email', 6, 4, false],
            [true, 'sms', 6, 5, true],
          ],
        );
        assert.ok(
          records.every(({ recordTag, note }) => recordTag === subject.key.recordTag && note === undefined),
        );
        assert.equal(JSON.stringify(records).includes(bound.record.challenge), false);
        const [ofUnbound, ofBound] = records.map(({ ttlMs }) => Math.round(ttlMs / 100_000));
        assert.deepEqual([ofUnbound, ofBound], [3, 2]);
        assert.deepEqual([sends.length, verifies.length, guesses], [2, 1, 1]);
        assert.ok((sends[0] ?? 0) >= 100_000 && (sends[1] ?? 0) < 100_000);
        assert.ok(guessesEndInMs > 8_600_000_000);
      }
    });

    test('a code that has expired, with its note, until ten minutes after', async () => {
      const opened = await open();
      await subject.advance(299_000);
      await note(opened, 'late');
      await subject.advance(300_000);
      const [record] = (await inspect()).records;
      assert.ok(record && record.ttlMs <= 0);
      assert.equal(record.note, 'late');
      await subject.advance(301_000);
      assert.deepEqual((await inspect()).records, []);
    });

    test('the last note of the last send, and none of the sends before it', async () => {
      const first = await open();
      const bound = await open({ bind: true });
      await note(first, 'queued');
      await note(bound, 'bound', bound.record.challenge);
      await note(first, 'failed');
      const notes = async () => (await inspect()).records.map((record) => record.note).toSorted();
      assert.deepEqual(await notes(), ['bound', 'failed']);
      const second = await open();
      assert.deepEqual(await notes(), ['bound', undefined]);
      await note(first, 'late');
      assert.deepEqual(await notes(), ['bound', undefined]);
      await note(second, 'delivered');
      assert.deepEqual(await notes(), ['bound', 'delivered']);
      assert.equal((await attempt()).status, 'counted');
      assert.deepEqual(await notes(), ['bound', 'delivered']);
    });

    test('the note of the last send, with each attempt at its code, if the store tells it', async () => {
      const noted = async (challenge?: string) => {
        const result = await attempt({ challenge });
        assert.ok(result.status === 'counted');
        return result.note;
      };
      const opened = await open();
      // A store that does not tell says so each time.
      if ((await noted()) === undefined) return;
      const bound = await open({ bind: true });
      await note(opened, 'failed');
      assert.equal(await noted(), 'failed');
      assert.equal(await noted(bound.record.challenge), null);
      await open();
      assert.equal(await noted(), null);
    });

    test('the second up to which its sign-ins have ended', async () => {
      await subject.store.clear({
        ...subject.key,
        records: true,
        counts: false,
        signOutSeconds: 3600,
      });
      const { endedSeconds = 0 } = await inspect();
      assert.equal(
        await subject.store.ended({ ...subject.key, names: [], authTimeSeconds: endedSeconds }),
        true,
      );
      assert.equal(
        await subject.store.ended({ ...subject.key, names: [], authTimeSeconds: endedSeconds + 1 }),
        false,
      );
    });
  });
}
