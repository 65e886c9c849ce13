import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../ports.js';
import { type CreateStoreHarness, createTag, useStore } from './subject.js';

/** The deny-list. */
export function describeClaim(createHarness: CreateStoreHarness): void {
  describe('claim', () => {
    const subject = useStore(createHarness);

    test('is true for exactly one of many callers while the claim lasts', async () => {
      const [key, other] = [createTag(), createTag()];
      assert.equal(await subject.store.claimed(key), false);
      const callers = [subject.store, await subject.connect()];
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (callers[i % 2] as Store).claim(key, 900)),
      );
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
}
