import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalise } from '../../src/core/identity.js';
import { createTestOtp } from '../helpers/otp.js';
import { readVectors } from '../helpers/vectors.js';

interface Given {
  input: unknown;
  default_country: string | null;
  note: string;
}

const { accepted, refused } = readVectors<{
  accepted: (Given & { kind: string; value: string })[];
  refused: Given[];
}>('identities-v1.json');

const read = ({ input, default_country }: Given) =>
  canonicalise(input, { defaultCountry: default_country ?? undefined });
const describe = ({ input, default_country, note }: Given) =>
  `${note}: ${JSON.stringify(input)} under ${default_country}`;

test('every identity that is to be accepted has its canonical form, which is its own', () => {
  assert.ok(accepted.length >= 150);
  for (const vector of accepted) {
    const { kind, value } = vector;
    assert.deepEqual(read(vector), { kind, value }, describe(vector));
    assert.deepEqual(canonicalise(value), { kind, value }, describe(vector));
  }
});

// Attack: one address for the check and another for the delivery, or one person with two budgets.
test('every identity that is to be refused is refused', () => {
  assert.ok(refused.length >= 350);
  for (const vector of refused) assert.equal(read(vector), null, describe(vector));
});

test('no identity is both accepted and refused, or there twice', () => {
  const keys = [...accepted, ...refused].map((given) => JSON.stringify([given.input, given.default_country]));
  assert.equal(new Set(keys).size, keys.length);
});

// Attack: a code for the address that was checked, sent to another.
test('the message goes to the canonical form', async () => {
  const { otp, inbox } = createTestOtp({ requestIdentityMax: 1000 });
  for (const { input, default_country, value } of accepted) {
    if (default_country !== null) continue;
    assert.equal((await otp.request(input as string)).status, 'sent');
    assert.equal(inbox.messages.at(-1)?.to, value);
  }
});
