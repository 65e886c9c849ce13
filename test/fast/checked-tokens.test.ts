import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copyJson, createCheckedTokens } from '../../src/fast/checked-tokens.js';

test('a copy is what writing and parsing JSON gives, and shares nothing with the original', () => {
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  };
  fc.assert(
    fc.property(fc.json(), (text) => {
      const original = JSON.parse(text);
      freeze(original);
      const copy = copyJson(original);
      assert.deepEqual(copy, JSON.parse(text));
      const assertFresh = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        assert.equal(Object.isFrozen(value) && Object.keys(value).length > 0, false);
        Object.values(value).forEach(assertFresh);
      };
      assertFresh(copy);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test('claims are found by the name of their token, each time as a fresh copy', () => {
  const checked = createCheckedTokens<{ sub: string; amr: string[] }>(4);
  const given = { sub: 'alice@example.com', amr: ['otp'] };
  checked.add(checked.hash('token'), given);
  given.amr.push('hwk');
  for (let i = 0; i < 3; i++) {
    const found = checked.find(checked.hash('token'));
    assert.deepEqual(found, { sub: 'alice@example.com', amr: ['otp'] });
    found?.amr.push('hwk');
  }
  assert.equal(checked.find(checked.hash('other')), undefined);
});

// Attack: read live tokens from a heap dump.
test('no token can be read from its name', () => {
  const { hash } = createCheckedTokens(4);
  assert.match(hash('header.payload.signature'), /^[A-Za-z0-9_-]{43}$/);
});
