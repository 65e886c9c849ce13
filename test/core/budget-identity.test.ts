import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toBudgetIdentity } from '../../src/core/budget-identity.js';
import { createDerivation } from '../../src/core/derivation.js';
import { canonicalise } from '../../src/core/identity.js';
import { deriveKeys } from '../../src/core/keys.js';

const budgetOf = (text: string) => {
  const identity = canonicalise(text);
  assert.ok(identity, text);
  return toBudgetIdentity(identity);
};

const pools = [
  ['alice@example.com', 'alice+shop@example.com', 'alice+a+b@example.com', 'Alice+@example.com'],
  ['alice@gmail.com', 'a.l.i.c.e@gmail.com', 'alice+x@googlemail.com', 'a.lice+b.c@googlemail.com'],
  ['+541123456789', '+5491123456789', '+54 11 15 2345 6789'],
  // Fixed lines, and mobile numbers with six, seven and eight digits.
  ['+24101234567', '+24111234567'],
  ['+2416123456', '+24106123456', '+24166123456'],
  ['+2417123456', '+24107123456', '+24177123456'],
  ['+2413123456', '+24103123456'],
  ['+3780549886377', '+378 886377', '+390549886377'],
];

// Attack: send to one mailbox or number again and again, each time under another spelling.
test('all spellings that certainly reach one person have one budget', () => {
  for (const pool of pools) assert.equal(new Set(pool.map(budgetOf)).size, 1, pool.join(' '));
  assert.equal(new Set(pools.map(([first = '']) => budgetOf(first))).size, pools.length);
});

test('what may be somebody else’s is apart: other providers, other numbers, ids', () => {
  for (const [one = '', other = ''] of [
    ['a.lice@example.com', 'alice@example.com'],
    ['alice@gmail.com', 'alice@gmail.com.example'],
    ['alice@gmail.com', 'alice@mail.gmail.com'],
    ['+a@example.com', '+b@example.com'],
    ['user:a+b', 'user:a'].filter((text) => canonicalise(text)),
    ['user:a.b', 'user:ab'],
    ['+24177123456', '+24174123456'],
    ['+390612345678', '+390549886377'],
    ['+4915112345678', '+4915112345679'],
  ]) {
    if (other !== '') assert.notEqual(budgetOf(one), budgetOf(other), `${one} ${other}`);
  }
});

test('most identities are their own budget identity', () => {
  for (const own of ['alice@example.com', 'a.b@example.com', '+4915112345678', 'user:42', '+a@gmail.com']) {
    assert.equal(budgetOf(own), own);
  }
});

test('whatever follows a plus changes no budget, and a budget identity is its own', () => {
  const part = fc.stringMatching(/^[a-z0-9+_-]{1,8}$/);
  const local = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
  const domain = fc.constantFrom('gmail.com', 'googlemail.com', 'example.com', 'example.org');
  fc.assert(
    fc.property(local, domain, (name, host) => {
      const budget = budgetOf(`${name}@${host}`);
      assert.equal(toBudgetIdentity({ kind: 'email', value: budget }), budget);
      assert.equal(budgetOf(`${name}+more@${host}`).split('@')[1], budget.split('@')[1]);
      if (!name.startsWith('+')) assert.equal(budgetOf(`${name}+more@${host}`), budget);
    }),
    { numRuns: 500, seed: 16 },
  );
});

test('aliases share the tag of their budget, and keep tags of their own', () => {
  const derivation = createDerivation(deriveKeys({ secret: Buffer.alloc(32, 'x7') }), 'default');
  const tagsOf = (value: string) => derivation.deriveOwnerTags({ kind: 'email', value });
  const [plain, shop, mail] = ['alice@example.com', 'alice+shop@example.com', 'alice+mail@example.com'].map(
    tagsOf,
  );
  assert.equal(plain?.identityTag, plain?.budgetTag);
  assert.equal(shop?.budgetTag, plain?.budgetTag);
  assert.equal(mail?.budgetTag, plain?.budgetTag);
  assert.equal(new Set([plain, shop, mail].map((tags) => tags?.identityTag)).size, 3);
});
