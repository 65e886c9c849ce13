import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveAddressTag } from '../../src/core/code.js';
import { deriveKey, deriveKeys, findCodeKey } from '../../src/core/keys.js';
import { decodeSecret } from '../../src/core/secret.js';
import type { HmacSha256 } from '../../src/fast/hmac.js';

const secret = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);

test('each use has a key of its own', () => {
  const labels = ['code', 'identity', 'address', 'key-id'];
  const keys = labels.map((label) => deriveKey(secret, label).export().toString('hex'));
  assert.equal(new Set(keys).size, labels.length);
});

test('a code key is found by its id, current or previous, and no other', () => {
  const keys = deriveKeys({ secret, previousSecret: other, identitySecret: secret });
  assert.notEqual(keys.current.id, keys.previous?.id);
  assert.equal(findCodeKey(keys, keys.current.id), keys.current);
  assert.equal(findCodeKey(keys, keys.previous?.id ?? ''), keys.previous);
  assert.equal(findCodeKey(keys, 'retired'), null);
});

const tagOf = (mac: HmacSha256) => deriveAddressTag(mac, 'name');

test('names in the store stay when the code key rotates', () => {
  const before = deriveKeys({ secret });
  const after = deriveKeys({ secret: other, previousSecret: secret, identitySecret: secret });
  assert.equal(tagOf(before.identity), tagOf(after.identity));
  assert.equal(tagOf(before.address), tagOf(after.address));
  assert.equal(before.current.id, after.previous?.id);
});

test('a secret is 32 bytes or more, as bytes, base64 or base64url', () => {
  const bytes = Buffer.from('fbff'.repeat(16), 'hex');
  for (const given of [
    bytes,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    ` ${bytes.toString('base64')}\n`,
  ]) {
    assert.deepEqual(Buffer.from(decodeSecret(given, 'secret')), bytes);
  }
  assert.throws(
    () => decodeSecret(Buffer.alloc(31), 'secretKey'),
    /secretKey must be at least 32 bytes, got 31/,
  );
  assert.throws(() => decodeSecret('not base64!', 'secretKey'), /secretKey must be bytes or base64 text/);
  assert.throws(() => decodeSecret(42 as never, 'secretKey'), TypeError);
});
