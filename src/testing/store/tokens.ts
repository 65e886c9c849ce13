import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTag, storeSuite } from './subject.js';

/** Families of refresh tokens. */
export const exchangeSuite = storeSuite('exchange', {}, (subject) => {
  async function start() {
    const [family, first] = [createTag(), createTag()];
    const exchange = (presented: string | null, next: string | null, by = subject.store) =>
      by.exchange({ family, presented, next, ttlSeconds: 3600 });
    assert.equal(await exchange(null, first), 'exchanged');
    return { first, exchange };
  }

  test('replaces the one valid token; each works once', async () => {
    const { first, exchange } = await start();
    assert.equal(await exchange(first, 'second'), 'exchanged');
    assert.equal(await exchange('second', 'third'), 'exchanged');
    assert.equal(await exchange('third', 'third'), 'exchanged');
    assert.equal(await exchange('third', 'fourth'), 'exchanged');
  });

  // Attack: a stolen token is used after its owner, or before.
  test('ends the family when a token is presented that is not, or no longer, its own', async () => {
    const { first, exchange } = await start();
    assert.equal(await exchange(first, 'second'), 'exchanged');
    assert.equal(await exchange(first, 'stolen'), 'reused');
    for (const token of [first, 'second', 'stolen']) assert.equal(await exchange(token, 'x'), 'unknown');
  });

  test('lets exactly one of many callers through', async () => {
    const { first, exchange } = await start();
    const results = await subject.race(50, (store, i) => exchange(first, `next${i}`, store));
    assert.equal(results.filter((result) => result === 'exchanged').length, 1);
    assert.equal(results.filter((result) => result === 'reused').length, 1);
  });

  test('lasts as long as was said at its start, however often it is exchanged', async () => {
    const { first, exchange } = await start();
    await subject.advance(3_590_000);
    assert.equal(await exchange(first, 'second'), 'exchanged');
    await subject.advance(10_000);
    assert.equal(await exchange('second', 'third'), 'unknown');
  });

  test('is over when it is ended, whatever is presented, and only then', async () => {
    const { first, exchange } = await start();
    const other = await start();
    assert.equal(await exchange('anything', null), 'exchanged');
    assert.equal(await exchange(null, null), 'unknown');
    assert.equal(await exchange(first, 'second'), 'unknown');
    assert.equal(await other.exchange(other.first, 'second'), 'exchanged');
  });
});

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
