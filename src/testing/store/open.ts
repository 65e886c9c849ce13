import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels } from '../../core/policy.js';
import { toWindow } from '../../core/window.js';
import { forAll } from '../for-all.js';
import { createKey, createTag, mustBe, periodSeconds, storeSuite, windowSeconds } from './subject.js';

/** How `open` makes, sends again and replaces codes. */
export const openSuite = storeSuite('open', {}, (subject) => {
  const { attempt, consume, guess, mustAttempt, mustBeNear, mustOpen, mustWait, open, release, unlimited } =
    subject;

  const windowMs = windowSeconds * 1000;

  test('makes a record that lives exactly one window from its opening', async () => {
    const newChallenge = createTag();
    const { record, ttlMs } = await mustOpen({ newChallenge });
    assert.deepEqual(
      { ...record, window: typeof record.window },
      {
        challenge: newChallenge,
        keyId: 'key1',
        digits: 6,
        channel: 'email',
        channels: ['email'],
        window: 'number',
        mute: false,
      },
    );
    mustBeNear(ttlMs, windowMs);
    await subject.advance(windowMs - 20_000);
    await mustAttempt();
    await subject.advance(20_000);
    assert.equal((await attempt()).status, 'expired');
  });

  test('numbers the window of time in which a record was made, by the clock that ends it', async () => {
    const first = await mustOpen();
    const { expiresAtMs } = await mustAttempt();
    if (expiresAtMs !== undefined) {
      const openedAtSeconds = expiresAtMs / 1000 - windowSeconds;
      assert.equal(first.record.window, toWindow(openedAtSeconds, windowSeconds));
    }
    await subject.advance(1000 * windowMs);
    const passed = (await mustOpen()).record.window - first.record.window;
    // The clock of a server runs on meanwhile.
    assert.ok(passed === 1000 || passed === 1001, `${passed} instead of 1000`);
  });

  test('marks a record mute or not with each send, and all else is the same', async () => {
    const spoken = await mustOpen();
    const muted = await mustOpen({ mute: true });
    assert.equal(muted.challenge, spoken.challenge);
    const attempted = await mustAttempt();
    assert.ok(attempted.record.mute && attempted.attemptsLeft === 4);
    await mustOpen();
    const again = await mustAttempt();
    assert.ok(!again.record.mute && again.attemptsLeft === 3);
  });

  test('under reuse sends the same code, without more life and without more attempts', async () => {
    const first = await mustOpen();
    await guess(2);
    await subject.advance(100_000);
    const second = await mustOpen({ channel: 'sms' });
    assert.deepEqual(second.record, { ...first.record, channel: 'sms', channels: ['email', 'sms'] });
    mustBeNear(second.ttlMs, 200_000);
    assert.equal((await mustAttempt()).attemptsLeft, 2);
  });

  // Attack: ask again over WhatsApp, so that a relying party that mistrusts SMS lets the same code through.
  test('remembers every channel that a code was sent over, in whatever order and how often', async () => {
    await forAll(
      { runs: 20, seed: 12 },
      (fc) => fc.array(fc.constantFrom(...channels), { minLength: 1 }),
      async (used) => {
        subject.key = createKey();
        for (const channel of used) assert.equal((await mustOpen({ channel })).record.channel, channel);
        const { record } = await mustAttempt();
        assert.equal(record.channel, used.at(-1));
        const expected = channels.filter((channel) => used.includes(channel));
        assert.deepEqual(record.channels?.toSorted(), expected.toSorted());
      },
    );
  });

  test('forgets the channels of a code together with the code', async () => {
    await mustOpen({ channel: 'sms' });
    const { record } = await mustOpen({ channel: 'whatsapp', resend: 'rotate' });
    assert.deepEqual(record.channels, ['whatsapp']);
    const bound = await mustOpen({ channel: 'voice', bind: true });
    assert.deepEqual(bound.record.channels, ['voice']);
  });

  test('under reuse makes a new code when little life is left', async () => {
    const first = await mustOpen();
    await guess(3);
    await subject.advance(windowMs - 59_000);
    const second = await mustOpen();
    assert.notEqual(second.challenge, first.challenge);
    mustBeNear(second.ttlMs, windowMs);
  });

  test('under rotate makes a new code, and the old one dies', async () => {
    const first = await mustOpen({ resend: 'rotate' });
    const second = await mustOpen({ resend: 'rotate' });
    assert.notEqual(second.challenge, first.challenge);
    assert.equal(await consume(first.challenge), false);
  });

  // Attack: ask for new codes to get new attempts where no budget counts them.
  test('without a budget of guesses, attempts that were used stay used, and then all wait for the end', async () => {
    for (const resend of ['rotate', 'reuse'] as const) {
      subject.key = createKey();
      await mustOpen({ ...unlimited, resend });
      await guess(3);
      if (resend === 'reuse') await subject.advance(windowMs - 59_000);
      const second = await mustOpen({ ...unlimited, resend });
      await guess(2);
      assert.equal((await attempt()).status, 'blocked');
      await release(second);
      for (const again of ['reuse', 'rotate', 'refuse'] as const)
        mustWait(await open({ ...unlimited, resend: again }), 'blocked', windowMs);
      await subject.advance(windowMs);
      await mustOpen({ ...unlimited, resend });
      await guess(5);
    }
  });

  test('under refuse answers pending until the code expires, and that counts nowhere', async () => {
    const changes = { resend: 'refuse', sends: { max: 2, periodSeconds } } as const;
    await mustOpen(changes);
    for (let i = 0; i < 10; i++) mustWait(await open(changes), 'pending', windowMs);
    await subject.advance(windowMs);
    await mustOpen(changes);
  });

  test('keeps a cooldown between sends, over purposes', async () => {
    await mustOpen({ cooldownSeconds: 30 });
    const result = await open({ cooldownSeconds: 30, recordTag: createTag() });
    mustWait(result, 'limited', 30_000);
    assert.equal(mustBe(result, 'limited').limit, 'cooldown');
    await subject.advance(30_000);
    await mustOpen({ cooldownSeconds: 30 });
  });

  test('lets at most the limit through in a rolling period, over purposes and bound challenges', async () => {
    const sends = { max: 3, periodSeconds };
    await mustOpen({ sends });
    await subject.advance(100_000);
    await mustOpen({ sends, recordTag: createTag() });
    const third = await mustOpen({ sends, bind: true });
    mustBeNear(third.resendInMs, 500_000);
    for (const changes of [{}, { bind: true }, { recordTag: createTag() }]) {
      const result = await open({ sends, ...changes });
      mustWait(result, 'limited', 500_000);
      assert.equal(mustBe(result, 'limited').limit, 'request_identity');
    }
    await subject.advance(500_000);
    await mustOpen({ sends });
    assert.equal((await open({ sends })).status, 'limited');
  });

  test('says when the next send could be made, whatever would hold it up', async () => {
    const sends = { max: 2, periodSeconds };
    const first = await mustOpen({ sends, cooldownSeconds: 30 });
    mustBeNear(first.resendInMs, 30_000);
    await subject.advance(100_000);
    const second = await mustOpen({ sends, cooldownSeconds: 30 });
    mustBeNear(second.resendInMs, 500_000);

    subject.key = createKey();
    const alone = await mustOpen({ resend: 'refuse' });
    mustBeNear(alone.resendInMs, windowMs);
    await subject.advance(windowMs);
    const last = await mustOpen({ resend: 'refuse', sends, windowSeconds: 30 });
    mustBeNear(last.resendInMs, 300_000);
  });

  test('names the code that is pending or blocked before the cooldown, and the cooldown before the limit', async () => {
    const changes = { sends: { max: 1, periodSeconds }, cooldownSeconds: 30, maxAttempts: 1 };
    await mustOpen(changes);
    assert.equal(mustBe(await open(changes), 'limited').limit, 'cooldown');
    assert.equal((await open({ ...changes, resend: 'refuse' })).status, 'pending');
    await guess(1);
    assert.equal((await open({ ...changes, resend: 'refuse' })).status, 'blocked');
    assert.equal((await open({ ...changes, ...unlimited })).status, 'blocked');
    assert.equal(mustBe(await open(changes), 'limited').limit, 'cooldown');
    await subject.advance(30_000);
    assert.equal(mustBe(await open(changes), 'limited').limit, 'request_identity');
  });

  test('makes a new code when the record is out of attempts, and under refuse answers blocked', async () => {
    const first = await mustOpen({ maxAttempts: 2 });
    await guess(2);
    mustWait(await open({ resend: 'refuse' }), 'blocked', windowMs);
    for (const resend of ['reuse', 'rotate'] as const) {
      const { challenge } = await mustOpen({ resend, maxAttempts: 2 });
      assert.notEqual(challenge, first.challenge);
      await guess(2);
    }
    const { challenge } = await mustOpen({ bind: true, maxAttempts: 2 });
    await guess(2, { challenge });
    const next = await mustOpen({ bind: true, challenge });
    assert.notEqual(next.challenge, challenge);
    await guess(1, { challenge: next.challenge });
  });

  test('replaces a record of a key that is gone, and keeps one of the previous key', async () => {
    const first = await mustOpen({ keyIds: ['old'] });
    const kept = await mustOpen({ keyIds: ['new', 'old'] });
    assert.deepEqual(kept.record, first.record);
    const newest = await mustOpen({ keyIds: ['new', 'old'], recordTag: createTag() });
    assert.equal(newest.record.keyId, 'new');
    const replaced = await mustOpen({ keyIds: ['new'], resend: 'refuse' });
    assert.equal(replaced.record.keyId, 'new');
    assert.equal(await consume(first.challenge), false);
  });
});
