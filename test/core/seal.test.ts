import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { seal, unseal } from '../../src/core/seal.js';

const key = createSecretKey(randomBytes(32));

test('what is sealed is opened again, by the same key for the same use only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
      // A lone surrogate has no UTF-8.
      fc.pre(text.isWellFormed() && context.isWellFormed());
      const sealed = seal(key, randomBytes(12), text, context);
      assert.match(sealed, /^[\w-]+$/);
      assert.equal(unseal(key, sealed, context), text);
      assert.equal(unseal(key, sealed, `${context}x`), null);
      assert.equal(unseal(createSecretKey(randomBytes(32)), sealed, context), null);
    }),
  );
});

// Attack: change what is sealed, by a bit or in its spelling.
test('nothing else is opened', () => {
  const sealed = seal(key, randomBytes(12), 'alice@example.com', 'test');
  const bytes = Buffer.from(sealed, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(unseal(key, changed.toString('base64url'), 'test'), null);
  }
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(unseal(key, bytes.subarray(0, length).toString('base64url'), 'test'), null);
  }
  for (const other of [`${sealed}=`, `${sealed}\n`, ` ${sealed}`, `${sealed}.`, bytes.toString('hex')]) {
    assert.equal(unseal(key, other, 'test'), null);
  }
});

test('a nonce of another length is refused', () => {
  assert.throws(() => seal(key, randomBytes(16), 'x', 'test'), /nonce must be 12 bytes/);
});
