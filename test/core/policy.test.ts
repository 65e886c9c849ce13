import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPolicy, policyNumbers } from '../../src/core/policy.js';

// Which numbers these are, `test/vectors/protocol.test.ts` holds against the protocol.
test('the defaults are those of the design', () => {
  const numbers = Object.entries(policyNumbers).map(([name, range]) => [name, range.default]);
  assert.deepEqual(createPolicy(), {
    namespace: 'default',
    purposes: ['sign-in'],
    resend: 'reuse',
    binding: 'identity',
    ...Object.fromEntries(numbers),
  });
});

for (const [name, { min, max }] of Object.entries(policyNumbers)) {
  test(`${name} is a whole number from ${min} to ${max}, and the error says so`, () => {
    for (const value of [min, max]) assert.ok(createPolicy({ digits: 4, longDigits: 10, [name]: value }));
    const allowed = new RegExp(`${name} must be a whole number from ${min} to ${max}, got`);
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createPolicy({ [name]: value }), allowed);
    }
    assert.throws(() => createPolicy({ [name]: String(min) as never }), TypeError);
  });
}

test('names, lists and choices are checked', () => {
  assert.throws(
    () => createPolicy({ resend: 'never' as never }),
    /resend must be one of reuse, rotate, refuse, got never/,
  );
  assert.throws(
    () => createPolicy({ binding: 'none' as never }),
    /binding must be one of identity, challenge/,
  );
  assert.throws(() => createPolicy({ purposes: [] }), /purposes must be a list/);
  assert.throws(() => createPolicy({ purposes: ['sign in'] }), /purposes: a name must be 1 to 64/);
  assert.throws(() => createPolicy({ namespace: '' }), /namespace: a name must be/);
  assert.throws(
    () => createPolicy({ digits: 8, longDigits: 7 }),
    /longDigits must be at least digits \(8\), got 7/,
  );
});
