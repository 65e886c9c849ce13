import assert from 'node:assert/strict';
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHmacSha256 } from '../../src/fast/hmac.js';
import { encodeAscii, type Message } from '../../src/fast/message.js';

const encodings = ['binary', 'base64url'] as const;

type Encoding = (typeof encodings)[number];

const plainHmac = (key: KeyObject) => (message: Uint8Array, encoding: Encoding) =>
  createHmac('sha256', key).update(message).digest(encoding);

const messageOf = (bytes: Uint8Array): Message => ({
  maxBytes: bytes.length,
  write: (target, at) => at + Buffer.from(bytes).copy(target, at),
});

test('it is HMAC-SHA-256, whatever the lengths of key and messages, and in whatever order they come', () => {
  const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength, size: 'max' });
  fc.assert(
    fc.property(bytes(200, 1), fc.array(bytes(3000), { minLength: 1, maxLength: 8 }), (secret, messages) => {
      const key = createSecretKey(secret);
      const [mac, plainMac] = [createHmacSha256(key), plainHmac(key)];
      for (const message of messages) {
        for (const encoding of encodings)
          assert.equal(mac(messageOf(message), encoding), plainMac(message, encoding));
      }
    }),
    { seed: 1 },
  );
});

test('every length around a block and around the size of the buffer is right', () => {
  const key = createSecretKey(Buffer.alloc(32, 5));
  const [mac, plainMac] = [createHmacSha256(key), plainHmac(key)];
  const lengths = [...Array.from({ length: 200 }, (_, length) => length), 1023, 1024, 1025, 5000];
  for (const length of [...lengths, ...lengths.toReversed()]) {
    const message = Buffer.alloc(length, 0xff);
    assert.equal(mac(messageOf(message), 'binary'), plainMac(message, 'binary'), `${length}`);
  }
});

test('keys that are used in turn do not get in each other’s way', () => {
  const macs = [1, 2].map((fill) => createHmacSha256(createSecretKey(Buffer.alloc(32, fill))));
  const authenticate = () => macs.map((mac) => mac(encodeAscii('message'), 'base64url'));
  const once = authenticate();
  assert.notEqual(once[0], once[1]);
  for (const mac of macs) mac(messageOf(Buffer.alloc(4000)), 'binary');
  assert.deepEqual(authenticate(), once);
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
    const mac = createHmacSha256(createSecretKey(key))(encodeAscii(message), 'binary');
    assert.equal(Buffer.from(mac, 'latin1').toString('hex'), expected);
  }
});
