import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeWait } from '../../sdk/javascript/src/sign-in-strings.js';

test('a wait is described whatever language the page claims to be in', () => {
  assert.equal(describeWait(30, 'en_US'), 'in 30 seconds');
  assert.equal(describeWait(61, 'de_DE'), 'in 2 Minuten');
  const byDefault = describeWait(30, '');
  for (const lang of ['en-US.UTF-8', 'C', 'x', '-', '\u0000'])
    assert.equal(describeWait(30, lang), byDefault);
  fc.assert(
    fc.property(fc.string(), (lang) => {
      assert.match(describeWait(30, lang), /\p{Nd}/u);
    }),
    { seed: 12 },
  );
});
