import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { equalTexts } from '../../src/fast/equal-texts.js';

test('texts are equal when all their characters are, and never beyond 10 characters', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[0-9]{0,11}$/),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('1', '\u0131', '\0'), maxLength: 4 }),
  );
  const plainEqual = (a: string, b: string) => a === b && a.length <= 10;
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(equalTexts(a, b), plainEqual(a, b));
      assert.equal(equalTexts(a, `${a}`), plainEqual(a, a));
    }),
    { numRuns: 2000 },
  );
});
