import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMac } from '../../src/core/mac.js';

const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength, size: 'max' });

test('it is HMAC-SHA-256, whatever the lengths of key and messages, and in whatever order they come', () => {
  fc.assert(
    fc.property(bytes(200), fc.array(bytes(3000), { minLength: 1, maxLength: 8 }), (key, messages) => {
      const secret = createSecretKey(key);
      const mac = createMac(secret);
      for (const message of messages) {
        const text = Buffer.from(message).toString('latin1');
        for (const encoding of ['binary', 'base64url'] as const) {
          assert.equal(mac(text, encoding), createHmac('sha256', secret).update(message).digest(encoding));
        }
      }
    }),
  );
});

test('every length round a block and round the usual length is right', () => {
  const secret = createSecretKey(Buffer.alloc(32, 5));
  const mac = createMac(secret);
  const lengths = [...Array.from({ length: 200 }, (_, length) => length), 1023, 1024, 1025, 5000];
  for (const length of [...lengths, ...lengths.toReversed()]) {
    const text = 'ÿ'.repeat(length);
    assert.equal(mac(text, 'binary'), createHmac('sha256', secret).update(text, 'latin1').digest('binary'));
  }
});

test('two keys in turn do not get in each other’s way', () => {
  const macs = [1, 2].map((fill) => createMac(createSecretKey(Buffer.alloc(32, fill))));
  const once = macs.map((mac) => mac('message', 'binary'));
  assert.notEqual(once[0], once[1]);
  assert.deepEqual(
    macs.map((mac) => mac('message', 'binary')),
    once,
  );
});

// RFC 4231 §4.2, §4.3, §4.7.
test('it gives what the test cases of RFC 4231 say', () => {
  const cases: [key: Buffer, message: string, mac: string][] = [
    [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ];
  for (const [key, message, expected] of cases) {
    const mac = createMac(createSecretKey(key))(message, 'binary');
    assert.equal(Buffer.from(mac, 'latin1').toString('hex'), expected);
  }
});
