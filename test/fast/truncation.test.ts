import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { truncateTo16Bytes, truncateToNumber } from '../../src/fast/truncation.js';

const digest = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.constantFrom(0x00, 0x01, 0x7f, 0x80, 0xff).map((byte) => new Uint8Array(32).fill(byte)),
);

test('the number is that of the first 8 bytes as one number', () => {
  const plainNumber = (bytes: Uint8Array, digits: number) =>
    Number(Buffer.from(bytes).readBigUInt64BE() % 10n ** BigInt(digits));
  fc.assert(
    fc.property(digest, fc.integer({ min: 1, max: 11 }), (bytes, digits) => {
      const text = Buffer.from(bytes).toString('binary');
      assert.equal(truncateToNumber(text, digits), plainNumber(bytes, digits));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('the first 16 bytes as base64url are those of the bytes', () => {
  fc.assert(
    fc.property(digest, (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.equal(
        truncateTo16Bytes(buffer.toString('base64url')),
        buffer.subarray(0, 16).toString('base64url'),
      );
    }),
    { numRuns: 1000, seed: 1 },
  );
});
