import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTag, storeSuite } from './subject.js';

/** The deny-list. */
export const claimSuite = storeSuite('claim', {}, (subject) => {
  test('is true for exactly one of many callers while the claim lasts', async () => {
    const [key, other] = [createTag(), createTag()];
    assert.equal(await subject.store.claimed(key), false);
    const results = await subject.race(50, (store) => store.claim(key, 900));
    assert.equal(results.filter(Boolean).length, 1);
    assert.equal(await subject.store.claimed(key), true);
    assert.equal(await subject.store.claimed(other), false);
    await subject.advance(890_000);
    assert.equal(await subject.store.claim(key, 900), false);
    await subject.advance(10_000);
    assert.equal(await subject.store.claimed(key), false);
    assert.equal(await subject.store.claim(key, 900), true);
  });
});
