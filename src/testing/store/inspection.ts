import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Opened, periodSeconds, storeSuite } from './subject.js';

const lengthening = { after: 10, digits: 10, maxAttempts: 2, memorySeconds: 8_640_000 };

/** Of a store that operators can ask: `inspect` and `note`. */
export const inspectionSuite = storeSuite('what is shown about an identity', { lengthening }, (subject) => {
  const { inspect, isEnded, mustAttempt, mustOpen } = subject;
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
    assert.deepEqual(await inspect(), { records: [], ...nothing, known: nothing, endedSeconds: undefined });
  });

  test('its codes without their challenges, its counts with their ages, and changes none of them', async () => {
    const bound = await mustOpen({ bind: true, channel: 'sms', mute: true });
    await subject.advance(100_000);
    await mustOpen();
    await mustAttempt();
    const seen = [await inspect(), await inspect()];
    for (const { records, sends, verifies, guesses, guessesEndInMs } of seen) {
      assert.deepEqual(
        records.map((one) => [one.isBound, one.channel, one.digits, one.attemptsLeft, one.mute]),
        [
          [false, 'email', 6, 4, false],
          [true, 'sms', 6, 5, true],
        ],
      );
      for (const record of records) {
        assert.equal(record.recordTag, subject.key.recordTag);
        assert.equal(record.note, undefined);
      }
      assert.equal(JSON.stringify(records).includes(bound.challenge), false);
      const [ofUnbound, ofBound] = records.map(({ ttlMs }) => Math.round(ttlMs / 100_000));
      assert.deepEqual([ofUnbound, ofBound], [3, 2]);
      assert.deepEqual(
        records.map(({ sentMsAgo }) => Math.floor(sentMsAgo / 100_000)),
        [0, 1],
      );
      assert.deepEqual([sends.length, verifies.length, guesses], [2, 1, 1]);
      assert.ok((sends[0] ?? 0) >= 100_000 && (sends[1] ?? 0) < 100_000);
      assert.ok(guessesEndInMs > 8_600_000_000);
    }
  });

  test('no sends and verifies that no longer count', async () => {
    await mustOpen();
    await mustAttempt();
    await subject.advance(400_000);
    await mustOpen();
    await subject.advance(250_000);
    const { sends, verifies } = await inspect();
    assert.deepEqual([sends.length, verifies.length], [1, 0]);
  });

  test('a code that has expired, with a note that came late, for as long as that is kept', async () => {
    const opened = await mustOpen();
    await subject.advance(301_000);
    await note(opened, 'late');
    await subject.advance(590_000);
    const [record] = (await inspect()).records;
    assert.ok(record && record.ttlMs <= 0);
    assert.equal(record.note, 'late');
    await subject.advance(10_000);
    assert.deepEqual((await inspect()).records, []);
  });

  test('the last note of the last send, and none of the sends before it', async () => {
    const mustHaveNotes = async (...expected: (string | undefined)[]) =>
      assert.deepEqual((await inspect()).records.map((record) => record.note).toSorted(), expected);
    const first = await mustOpen();
    const bound = await mustOpen({ bind: true });
    await note(first, 'queued');
    await note(bound, 'bound', bound.challenge);
    await note(first, 'failed');
    await mustHaveNotes('bound', 'failed');
    const second = await mustOpen();
    await mustHaveNotes('bound', undefined);
    await note(first, 'late');
    await mustHaveNotes('bound', undefined);
    await note(second, 'delivered');
    await mustHaveNotes('bound', 'delivered');
    await mustAttempt();
    await mustHaveNotes('bound', 'delivered');
  });

  test('the note of the last send, with each attempt at its code, if the store tells it', async () => {
    const noted = async (challenge?: string) => (await mustAttempt({ challenge })).note;
    const opened = await mustOpen();
    // A store that does not tell says so each time.
    if ((await noted()) === undefined) return;
    const bound = await mustOpen({ bind: true });
    await note(opened, 'failed');
    assert.equal(await noted(), 'failed');
    assert.equal(await noted(bound.challenge), null);
    await mustOpen();
    assert.equal(await noted(), null);
  });

  test('the second up to which its sign-ins have ended', async () => {
    await subject.clear({ records: true, signOutSeconds: 3600 });
    const { endedSeconds = 0 } = await inspect();
    assert.equal(await isEnded(endedSeconds), true);
    assert.equal(await isEnded(endedSeconds + 1), false);
  });
});
