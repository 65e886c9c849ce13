import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { channels } from '../../core/policy.js';
import { forAll } from '../for-all.js';
import { createKey, createTag, periodSeconds, storeSuite } from './subject.js';

/** Rolling limits of addresses and networks, and what a flood of them leaves to the others. */
export const hitSuite = storeSuite('hit', {}, (subject) => {
  const { attempt, guess, lengthening, mustBeNear, mustOpen } = subject;

  describe('hit', () => {
    test('lets a call through exactly when fewer than the limit are in the rolling period', async () => {
      await forAll(
        { runs: 30, seed: 1 },
        (fc) => fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 25 }),
        async (gaps) => {
          const key = createTag();
          const allowed: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            // Steps of whole tens of seconds keep a server's own clock from deciding a tie.
            await subject.advance(gap * 10_000);
            now += gap * 10;
            const standing = allowed.filter((time) => time > now - 605);
            const result = await subject.store.hit(key, { max: 3, periodSeconds: 605 });
            assert.equal(result.allowed, standing.length < 3);
            if (result.allowed) allowed.push(now);
            else mustBeNear(result.retryAfterMs, ((standing[0] ?? 0) + 605 - now) * 1000);
          }
        },
      );
    });

    test('names the time when a call fits, also when the limit is lower than what has been counted', async () => {
      const key = createTag();
      for (let i = 0; i < 4; i++) {
        assert.deepEqual(await subject.store.hit(key, { max: 4, periodSeconds }), { allowed: true });
        await subject.advance(100_000);
      }
      const refused = await subject.store.hit(key, { max: 2, periodSeconds });
      assert.ok(!refused.allowed);
      mustBeNear(refused.retryAfterMs, 400_000);
    });

    test('counts each key by itself, exactly, however many callers race', async () => {
      const [key, other] = [createTag(), createTag()];
      const results = await subject.race(60, (store) => store.hit(key, { max: 7, periodSeconds }));
      assert.equal(results.filter(({ allowed }) => allowed).length, 7);
      assert.deepEqual(await subject.store.hit(other, { max: 1, periodSeconds }), { allowed: true });
    });
  });

  describe('hit with a group', () => {
    test('counts against the key and the group, or against neither', async () => {
      const [group, ...keys] = createTags();
      const hit = (key = '') => subject.store.hit(key, { max: 3, periodSeconds }, { key: group, max: 5 });
      const allowed = async (key = '') => (await hit(key)).allowed;
      for (let i = 0; i < 3; i++) assert.equal(await allowed(keys[0]), true);
      // Refused by its own limit, a key takes nothing of the group.
      for (let i = 0; i < 9; i++) assert.equal(await allowed(keys[0]), false);
      for (let i = 0; i < 2; i++) assert.equal(await allowed(keys[1]), true);
      await subject.advance(60_000);
      // Refused by the group, nothing counts against the key.
      for (let i = 0; i < 9; i++) assert.equal(await allowed(keys[2]), false);
      const refused = await hit(keys[2]);
      assert.ok(!refused.allowed);
      mustBeNear(refused.retryAfterMs, (periodSeconds - 60) * 1000);
      await subject.advance((periodSeconds - 60) * 1000);
      for (let i = 0; i < 3; i++) assert.equal(await allowed(keys[2]), true);
      assert.equal(await allowed(keys[2]), false);
    });

    test('lets exactly as many through, however many callers race', async () => {
      const [group, ...keys] = createTags();
      const results = await subject.race(60, (store, i) =>
        store.hit(keys[i % 3] ?? '', { max: 4, periodSeconds }, { key: group, max: 9 }),
      );
      assert.equal(results.filter(({ allowed }) => allowed).length, 9);
    });
  });

  // Attack: invent people and networks by the hundred, to be in the way of everybody else, or until what counts against oneself
  // is forgotten.
  test('a flood of identities, purposes, channels, bound codes and networks changes nothing for anyone else', async () => {
    const soon = { lengthening: { ...lengthening, after: 3 } };
    const network = createTag();
    const limit = { max: 3, periodSeconds, opensRecords: true };
    const victim = subject.key;
    await mustOpen(soon);
    await guess(2, soon);
    assert.deepEqual(await subject.store.hit(network, limit), { allowed: true });
    for (let i = 0; i < 100; i++) {
      subject.key = createKey();
      const changes = { ...soon, channel: channels[i % 5] ?? 'email', bind: i % 2 === 1 };
      const { challenge } = await mustOpen(changes);
      await guess(3, { ...soon, challenge: changes.bind ? challenge : undefined });
      await mustOpen({ ...changes, recordTag: createTag() });
      const [site, other] = [createTag(), createTag()];
      for (let j = 0; j < 4; j++) await subject.store.hit(other, limit, { key: site, max: 48 });
    }
    for (let i = 0; i < 2; i++) assert.deepEqual(await subject.store.hit(network, limit), { allowed: true });
    assert.equal((await subject.store.hit(network, limit)).allowed, false);
    subject.key = createKey();
    assert.equal((await mustOpen(soon)).digits, 6);
    // Those who were attacked before are not forgotten: neither the attempts at their code nor the guesses.
    subject.key = victim;
    assert.equal((await mustOpen(soon)).digits, 6);
    await guess(1, soon);
    assert.equal((await attempt(soon)).status, 'blocked');
    assert.equal((await mustOpen({ ...soon, recordTag: createTag(), maxAttempts: 2 })).digits, 10);
  });
});

/** A group and three keys in it. */
function createTags(): [group: string, ...keys: string[]] {
  return [createTag(), createTag(), createTag(), createTag()];
}
