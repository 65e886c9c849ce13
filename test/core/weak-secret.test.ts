import assert from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { findWeakness } from '../../src/core/weak-secret.js';

const encode = (text: string) => Buffer.from(text).toString('base64');

// Attack: try what people type when a program asks for a secret.
test('what somebody has thought up is weak, as text and as base64', () => {
  for (const text of [
    'correct horse battery staple and more',
    'dieses Geheimnis ist länger als 32 Zeichen',
    'это секретный ключ для токенов',
    'my\tvery\tsecret\ttext\tof\tthirty-two\tbytes',
    'abcdefghijklmnopqrstuvwxyz123456',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ123456',
    '12345678901234567890123456789012',
    '0123456789abcdef0123456789abcdef',
    '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210',
    'deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbee1',
    'qwertyuiopasdfghjklzxcvbnm1234567',
    'Xk9vQ2mabcdefghT7pLw4Zr8Yb3Nc6Hd1',
    'Xk9vQ2m87654321T7pLw4Zr8Yb3Nc6Hd1',
    'Xk9vQ2mT7pLw4Zr8Yb3Nc6Hd1aaaaaaaaJ',
    'Xk9vQ2mT7pLw4Zr8Yb3Nc6Hd1ababababJ',
    'MySuperSecretKeyForTheApplication!',
    'P@ssw0rd-P@ssw0rt-P@ssw0ru-P@ssw0rv',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol',
  ]) {
    assert.ok(findWeakness(text, false), text);
    assert.ok(findWeakness(encode(text), true), `base64 of ${text}`);
  }
  for (const few of ['abcabcabcabcabcabcabcabcabcabcabc', '1', '', '\n'.repeat(40)]) {
    assert.equal(findWeakness(few, false), 'has fewer than 8 different characters');
  }
  assert.ok(findWeakness(Buffer.alloc(32, 'x1y2').toString('base64'), true));
  assert.ok(findWeakness(Buffer.alloc(32, '\x00\xff\x80\x90', 'latin1').toString('base64'), true));
});

// A fixed seed: a failure would be one for everybody, not for one run in some million.
test('random keys pass in every form that they are made in', () => {
  for (let index = 0; index < 1500; index++) {
    const bytes = createHmac('sha256', 'keys').update(String(index)).digest();
    const hex = bytes.toString('hex');
    const base64 = bytes.toString('base64');
    for (const [secret, isBase64] of [
      [hex, false],
      [hex, true],
      [hex.toUpperCase(), false],
      [hex.match(/.{8}/g)?.join('-') ?? '', false],
      [base64, false],
      [base64, true],
      [bytes.toString('base64url'), false],
      [bytes.toString('base64url'), true],
      [`${base64}\n`, true],
    ] as const) {
      assert.equal(findWeakness(secret, isBase64), undefined, `key ${index}: ${secret}`);
    }
  }
  for (let index = 0; index < 500; index++) {
    assert.equal(findWeakness(randomBytes(32).toString('hex'), false), undefined);
    assert.equal(findWeakness(randomUUID(), false), undefined);
    assert.equal(findWeakness(randomBytes(48).toString('base64'), true), undefined);
  }
});
