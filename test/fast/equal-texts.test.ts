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
    { numRuns: 2000, seed: 1 },
  );
});

test('codes are equal only when every digit is', () => {
  assert.equal(equalTexts('482931', '482931'), true);
  assert.equal(equalTexts('482931', '482932'), false);
  assert.equal(equalTexts('482931', '4829310'), false);
  assert.equal(equalTexts('', '482931'), false);
  // U+0134 ends in the byte of a 4.
  assert.equal(equalTexts('\u013482931', '482931'), false);
  // More digits than a code can have are not compared in part.
  assert.equal(equalTexts('12345678901', '12345678901'), false);
});
