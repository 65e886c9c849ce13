import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countSuccesses, periodSeconds, storeSuite } from './subject.js';

/** Sends that a provider refused. */
export const releaseSuite = storeSuite('release', {}, (subject) => {
  const { attempt, consume, guess, mustOpen, open, release } = subject;

  const limit = (max: number) => ({ sends: { max, periodSeconds } });

  test('gives a send back once, by its id', async () => {
    const first = await mustOpen(limit(2));
    await release(first);
    await release(first);
    await mustOpen(limit(2));
    await mustOpen(limit(2));
    assert.equal((await open(limit(2))).status, 'limited');
    await release(first);
    assert.equal((await open(limit(2))).status, 'limited');
  });

  test('makes the next code a new one and lifts the cooldown', async () => {
    const first = await mustOpen({ cooldownSeconds: 60 });
    await release(first);
    const second = await mustOpen({ cooldownSeconds: 60 });
    assert.notEqual(second.challenge, first.challenge);
  });

  test('gives a send back while another one stands, and the code stays', async () => {
    const [first, second] = [await mustOpen(limit(2)), await mustOpen(limit(2))];
    await release(second);
    await guess(1);
    const third = await mustOpen(limit(2));
    assert.deepEqual(third.record, first.record);
    assert.equal((await open(limit(2))).status, 'limited');
  });

  // Attack: have one refusal reported again and again, to end a code that was sent, or to use up what may be given back.
  test('that is repeated takes neither another send nor another refusal', async () => {
    const limits = [{ max: 2, periodSeconds }];
    const [, second] = [await mustOpen(), await mustOpen()];
    for (let i = 0; i < 5; i++) await release(second, { limits });
    await guess(1);
    await release(await mustOpen(), { limits });
    await mustOpen(limit(2));
    assert.equal((await open(limit(2))).status, 'limited');
  });

  // Attack: ask again and again for codes to an address that refuses them, each with attempts of its own.
  test('gives back as many as it may in each period, whatever was guessed, and no more', async () => {
    const limits = [
      { max: 3, periodSeconds },
      { max: 5, periodSeconds: 86_400 },
    ];
    const count = () =>
      countSuccesses(10, async () => {
        const opened = await open({ ...limit(1), bind: true });
        if (opened.status !== 'opened') return false;
        const { challenge } = opened.record;
        await guess(1, { challenge });
        await release(opened, { challenge, limits });
        return true;
      });
    assert.equal(await count(), 4);
    await subject.advance(periodSeconds * 1000);
    assert.equal(await count(), 3);
    await subject.advance(periodSeconds * 1000);
    assert.equal(await count(), 1);
    await subject.advance(86_400_000);
    assert.equal(await count(), 4);
  });

  // Attack: guess at a code after its send was given back.
  test('leaves a code that nobody can guess at until it is sent again', async () => {
    await release(await mustOpen({ maxAttempts: 2 }));
    assert.equal((await attempt()).status, 'expired');
    await mustOpen({ maxAttempts: 2 });
    await guess(2);
    assert.equal((await attempt()).status, 'blocked');
  });

  test('under refuse deletes a record all of whose sends were given back', async () => {
    await release(await mustOpen({ resend: 'refuse' }));
    assert.equal((await attempt()).status, 'expired');
    const spent = await mustOpen({ resend: 'refuse', maxAttempts: 1 });
    await guess(1);
    await release(spent);
    await mustOpen({ resend: 'refuse' });
    assert.equal((await open({ resend: 'refuse' })).status, 'pending');
  });

  test('that comes late touches no record but its own', async () => {
    const first = await mustOpen();
    const second = await mustOpen({ resend: 'rotate' });
    await release(first);
    assert.equal(await consume(second.challenge), true);
  });

  test('that comes late does not end the code that has replaced its own', async () => {
    const first = await mustOpen();
    await mustOpen({ resend: 'rotate' });
    await release(first);
    await guess(5);
    assert.equal((await attempt()).status, 'blocked');
  });
});
