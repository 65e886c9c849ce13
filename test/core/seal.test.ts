import assert from 'node:assert/strict';
import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { seal, unseal, unsealWithNonce } from '../../src/core/seal.js';
import { sealWithNonce } from '../helpers/old-seal.js';

const key = createSecretKey(randomBytes(32));

test('what is sealed is opened again, by the same key for the same use only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
      // A lone surrogate has no UTF-8.
      fc.pre(text.isWellFormed() && context.isWellFormed());
      const sealed = seal(key, randomBytes(16), text, context);
      assert.match(sealed, /^[\w-]+$/);
      assert.equal(unseal(key, sealed, context), text);
      assert.equal(unseal(key, sealed, `${context}x`), null);
      assert.equal(unseal(createSecretKey(randomBytes(32)), sealed, context), null);
    }),
    { seed: 1 },
  );
});

// Attack: change what is sealed, by a bit or in its spelling.
test('nothing else is opened', () => {
  const sealed = seal(key, randomBytes(16), 'alice@example.com', 'test');
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

// Attack: collect seals until a nonce comes twice under one key, which gives away what authenticates all of them.
test('each seal has a key of its own, so that their number has no limit', () => {
  const parts = fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.string(), fc.string());
  fc.assert(
    fc.property(parts, ([salt, text, context]) => {
      fc.pre(text.isWellFormed() && context.isWellFormed());
      const own = createHmac('sha256', key).update(salt).digest();
      const cipher = createCipheriv('aes-256-gcm', own, Buffer.alloc(12)).setAAD(Buffer.from(context));
      const expected = [salt, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      assert.equal(seal(key, salt, text, context), Buffer.concat(expected).toString('base64url'));
    }),
    { seed: 12 },
  );
});

test('what was sealed by a nonce is opened as such only, and nothing else is', () => {
  const old = sealWithNonce(key, 'alice@example.com', 'test');
  assert.equal(unsealWithNonce(key, old, 'test'), 'alice@example.com');
  assert.equal(unseal(key, old, 'test'), null);
  assert.equal(unsealWithNonce(key, seal(key, randomBytes(16), 'alice@example.com', 'test'), 'test'), null);
  for (const other of ['', `${old}=`, old.slice(0, -1), old.slice(1)]) {
    assert.equal(unsealWithNonce(key, other, 'test'), null);
  }
  assert.equal(unsealWithNonce(key, old, 'another'), null);
  assert.equal(unsealWithNonce(createSecretKey(randomBytes(32)), old, 'test'), null);
});

test('a salt of another length is refused', () => {
  assert.throws(() => seal(key, randomBytes(12), 'x', 'test'), /salt must be 16 bytes/);
});
