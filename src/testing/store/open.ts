import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { channels } from '../../core/policy.js';
import { loadFastCheck } from '../load-fast-check.js';
import {
  type CreateStoreHarness,
  createKey,
  createTag,
  periodSeconds,
  useStore,
  windowSeconds,
} from './subject.js';

/** How `open` makes, sends again and replaces codes. */
export function describeOpen(createHarness: CreateStoreHarness): void {
  describe('open', () => {
    const subject = useStore(createHarness);
    const { attempt, consume, guess, mustOpen, near, open, release, unlimited } = subject;

    test('makes a record that lives exactly one window from its opening', async () => {
      const newChallenge = createTag();
      const opened = await mustOpen({ newChallenge });
      assert.deepEqual(
        { ...opened.record, window: typeof opened.record.window },
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
      assert.ok(near(opened.ttlMs, windowSeconds * 1000));
      await subject.advance(windowSeconds * 1000 - 20_000);
      assert.equal((await attempt()).status, 'counted');
      await subject.advance(20_000);
      assert.equal((await attempt()).status, 'expired');
    });

    test('marks a record mute or not with each send, and all else is the same', async () => {
      const spoken = await mustOpen();
      const muted = await mustOpen({ mute: true });
      assert.equal(muted.record.challenge, spoken.record.challenge);
      const attempted = await attempt();
      assert.ok(attempted.status === 'counted' && attempted.record.mute && attempted.attemptsLeft === 4);
      await mustOpen();
      const again = await attempt();
      assert.ok(again.status === 'counted' && !again.record.mute && again.attemptsLeft === 3);
    });

    test('under reuse sends the same code, without more life and without more attempts', async () => {
      const first = await mustOpen();
      await guess(2);
      await subject.advance(100_000);
      const second = await mustOpen({ channel: 'sms' });
      assert.deepEqual(second.record, { ...first.record, channel: 'sms', channels: ['email', 'sms'] });
      assert.ok(near(second.ttlMs, 200_000));
      const result = await attempt();
      assert.equal(result.status === 'counted' && result.attemptsLeft, 2);
    });

    // Attack: ask again over WhatsApp, so that a relying party that mistrusts SMS lets the same code through.
    test('remembers every channel that a code was sent over, in whatever order and how often', async () => {
      const fc = await loadFastCheck();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...channels), { minLength: 1 }), async (used) => {
          subject.key = createKey();
          for (const channel of used) {
            const { record } = await mustOpen({ channel });
            assert.equal(record.channel, channel);
          }
          const result = await attempt();
          assert.ok(result.status === 'counted');
          assert.equal(result.record.channel, used.at(-1));
          assert.deepEqual(
            result.record.channels?.toSorted(),
            channels.filter((channel) => used.includes(channel)).toSorted(),
          );
        }),
        { numRuns: 20, seed: 12 },
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
      await subject.advance((windowSeconds - 59) * 1000);
      const second = await mustOpen();
      assert.notEqual(second.record.challenge, first.record.challenge);
      assert.ok(near(second.ttlMs, windowSeconds * 1000));
    });

    test('under rotate makes a new code, and the old one dies', async () => {
      const first = await mustOpen({ resend: 'rotate' });
      const second = await mustOpen({ resend: 'rotate' });
      assert.notEqual(second.record.challenge, first.record.challenge);
      assert.equal(await consume(first.record.challenge), false);
    });

    // Attack: ask for new codes to get new attempts where no budget counts them.
    test('without a budget of guesses, attempts that were used stay used, and then all wait for the end', async () => {
      for (const resend of ['rotate', 'reuse'] as const) {
        subject.key = createKey();
        await mustOpen({ ...unlimited, resend });
        await guess(3);
        if (resend === 'reuse') await subject.advance((windowSeconds - 59) * 1000);
        const second = await mustOpen({ ...unlimited, resend });
        await guess(2);
        assert.equal((await attempt()).status, 'blocked');
        await release(second);
        for (const again of ['reuse', 'rotate', 'refuse'] as const) {
          const result = await open({ ...unlimited, resend: again });
          assert.ok(result.status === 'blocked' && near(result.retryAfterMs, windowSeconds * 1000));
        }
        await subject.advance(windowSeconds * 1000);
        await mustOpen({ ...unlimited, resend });
        await guess(5);
      }
    });

    test('under refuse answers pending until the code expires, and that counts nowhere', async () => {
      const sends = { max: 2, periodSeconds };
      await mustOpen({ resend: 'refuse', sends });
      for (let i = 0; i < 10; i++) {
        const result = await open({ resend: 'refuse', sends });
        assert.ok(result.status === 'pending' && near(result.retryAfterMs, windowSeconds * 1000));
      }
      await subject.advance(windowSeconds * 1000);
      await mustOpen({ resend: 'refuse', sends });
    });

    test('keeps a cooldown between sends, over purposes', async () => {
      await mustOpen({ cooldownSeconds: 30 });
      const result = await open({ cooldownSeconds: 30, recordTag: createTag() });
      assert.ok(
        result.status === 'limited' && result.limit === 'cooldown' && near(result.retryAfterMs, 30_000),
      );
      await subject.advance(30_000);
      await mustOpen({ cooldownSeconds: 30 });
    });

    test('lets at most the limit through in a rolling period, over purposes and bound challenges', async () => {
      const sends = { max: 3, periodSeconds };
      await mustOpen({ sends });
      await subject.advance(100_000);
      await mustOpen({ sends, recordTag: createTag() });
      const third = await mustOpen({ sends, bind: true });
      assert.ok(near(third.resendInMs, 500_000));
      for (const changes of [{}, { bind: true }, { recordTag: createTag() }]) {
        const result = await open({ sends, ...changes });
        assert.ok(result.status === 'limited' && result.limit === 'request_identity');
        assert.ok(near(result.retryAfterMs, 500_000));
      }
      await subject.advance(500_000);
      await mustOpen({ sends });
      assert.equal((await open({ sends })).status, 'limited');
    });

    test('says when the next send could be made, whatever would hold it up', async () => {
      const sends = { max: 2, periodSeconds };
      const first = await mustOpen({ sends, cooldownSeconds: 30 });
      assert.ok(near(first.resendInMs, 30_000));
      await subject.advance(100_000);
      const second = await mustOpen({ sends, cooldownSeconds: 30 });
      assert.ok(near(second.resendInMs, 500_000));

      subject.key = createKey();
      const alone = await mustOpen({ resend: 'refuse' });
      assert.ok(near(alone.resendInMs, windowSeconds * 1000));
      await subject.advance(windowSeconds * 1000);
      const last = await mustOpen({ resend: 'refuse', sends, windowSeconds: 30 });
      assert.ok(near(last.resendInMs, 300_000));
    });

    test('makes a new code when the record is out of attempts, and under refuse answers blocked', async () => {
      const first = await mustOpen({ maxAttempts: 2 });
      await guess(2);
      const refused = await open({ resend: 'refuse' });
      assert.ok(refused.status === 'blocked' && near(refused.retryAfterMs, windowSeconds * 1000));
      for (const resend of ['reuse', 'rotate'] as const) {
        const { record } = await mustOpen({ resend, maxAttempts: 2 });
        assert.notEqual(record.challenge, first.record.challenge);
        await guess(2);
      }
      const bound = await mustOpen({ bind: true, maxAttempts: 2 });
      await guess(2, { challenge: bound.record.challenge });
      const next = await mustOpen({ bind: true, challenge: bound.record.challenge });
      assert.notEqual(next.record.challenge, bound.record.challenge);
      await guess(1, { challenge: next.record.challenge });
    });

    test('replaces a record of a key that is gone, and keeps one of the previous key', async () => {
      const first = await mustOpen({ keyIds: ['old'] });
      const kept = await mustOpen({ keyIds: ['new', 'old'] });
      assert.deepEqual(kept.record, first.record);
      const replaced = await mustOpen({ keyIds: ['new'], resend: 'refuse' });
      assert.equal(replaced.record.keyId, 'new');
      assert.equal(await consume(first.record.challenge), false);
    });
  });
}
