import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeAscii, encodeMessage, type Message } from '../../src/fast/message.js';

/** The bytes of a message, which must not depend on what was there before. */
function bytesOf({ maxBytes, write }: Message): Buffer {
  const [one, other] = [Buffer.alloc(maxBytes + 8, 0x00), Buffer.alloc(maxBytes + 8, 0xff)];
  const end = write(one, 3);
  assert.equal(write(other, 3), end);
  assert.ok(end <= 3 + maxBytes);
  assert.deepEqual(other.subarray(3, end), one.subarray(3, end));
  return one.subarray(3, end);
}

function plainMessage(parts: readonly (string | Uint8Array)[], number?: number): Buffer {
  const encodePart = (part: string | Uint8Array) => {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const tail = Buffer.alloc(number === undefined ? 0 : 8);
  if (number !== undefined) tail.writeBigUInt64BE(BigInt(number));
  return Buffer.concat([...parts.map(encodePart), tail]);
}

test('parts are their lengths and their bytes, text as UTF-8, however many and however long, and a number may follow', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000, size: 'max' }),
    fc.string({ unit: 'grapheme' }),
    fc.string(),
  );
  const part = fc.oneof(text, fc.uint8Array({ maxLength: 600, size: 'max' }));
  const number = fc.option(fc.maxSafeNat(), { nil: undefined });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), number, (parts, number) => {
      assert.deepEqual(bytesOf(encodeMessage(parts, number)), plainMessage(parts, number));
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test('numbers of every size are eight bytes', () => {
  for (let bit = 0; bit < 53; bit++) {
    for (const number of [2 ** bit - 1, 2 ** bit]) {
      assert.deepEqual(bytesOf(encodeMessage([], number)), plainMessage([], number), `${number}`);
    }
  }
});

test('ASCII text is a byte for each character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 600, size: 'max' }), (text) => {
      assert.deepEqual(bytesOf(encodeAscii(text)), Buffer.from(text));
    }),
    { seed: 1 },
  );
});
