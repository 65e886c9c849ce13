import assert from 'node:assert/strict';
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Mac } from '../../src/core/mac.js';

const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength, size: 'max' });
const encodings = ['binary', 'base64url'] as const;

function macOf(mac: Mac, message: string): string {
  mac.begin();
  mac.addText(message);
  return mac.finish('binary');
}

const byNode = (key: KeyObject, message: Uint8Array) =>
  createHmac('sha256', key).update(message).digest('binary');

test('it is HMAC-SHA-256, whatever the lengths of key and messages, and in whatever order they come', () => {
  fc.assert(
    fc.property(bytes(200), fc.array(bytes(3000), { minLength: 1, maxLength: 8 }), (key, messages) => {
      const secret = createSecretKey(key);
      const mac = new Mac(secret);
      for (const message of messages) {
        for (const encoding of encodings) {
          mac.begin();
          mac.addText(Buffer.from(message).toString('latin1'));
          assert.equal(mac.finish(encoding), createHmac('sha256', secret).update(message).digest(encoding));
        }
      }
    }),
  );
});

test('every length round a block and round the usual length is right', () => {
  const secret = createSecretKey(Buffer.alloc(32, 5));
  const mac = new Mac(secret);
  const lengths = [...Array.from({ length: 200 }, (_, length) => length), 1023, 1024, 1025, 5000];
  for (const length of [...lengths, ...lengths.toReversed()]) {
    assert.equal(macOf(mac, 'ÿ'.repeat(length)), byNode(secret, Buffer.alloc(length, 0xff)), `${length}`);
  }
});

test('parts are their lengths and their bytes, text as UTF-8, however many and however long', () => {
  const secret = createSecretKey(Buffer.alloc(32, 6));
  const mac = new Mac(secret);
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 2000, size: 'max' }), fc.string());
  const part = fc.oneof(text, bytes(600), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const encodeUint32 = (value: number) => {
    const encoded = Buffer.alloc(4);
    encoded.writeUInt32BE(value);
    return encoded;
  };
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      mac.begin();
      const expected: Buffer[] = [];
      for (const part of parts) {
        if (typeof part === 'number') {
          mac.addUint32(part);
          expected.push(encodeUint32(part));
        } else {
          mac.addPart(part);
          const encoded = Buffer.from(part);
          expected.push(encodeUint32(encoded.length), encoded);
        }
      }
      assert.equal(mac.finish('binary'), byNode(secret, Buffer.concat(expected)));
    }),
    { numRuns: 500 },
  );
});

test('two keys in turn do not get in each other’s way, and nothing is left of a message that was not finished', () => {
  const macs = [1, 2].map((fill) => new Mac(createSecretKey(Buffer.alloc(32, fill))));
  const once = macs.map((mac) => macOf(mac, 'message'));
  assert.notEqual(once[0], once[1]);
  for (const mac of macs) {
    mac.begin();
    mac.addPart('x'.repeat(4000));
  }
  assert.deepEqual(
    macs.map((mac) => macOf(mac, 'message')),
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
    const mac = macOf(new Mac(createSecretKey(key)), message);
    assert.equal(Buffer.from(mac, 'latin1').toString('hex'), expected);
  }
});
