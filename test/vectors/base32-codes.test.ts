import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readPastedBase32 as readInElement } from '../../sdk/javascript/src/pasted-base32.js';
import { groupBase32, parseBase32Code, truncateToBase32 } from '../../src/core/base32-code.js';
import { deriveCode, typedCodes } from '../../src/core/code.js';
import { deriveKey } from '../../src/core/keys.js';
import { createHmacSha256 } from '../../src/fast/hmac.js';
import { parsePastedBase32 as readOnPage } from '../../src/sign-in/pasted-base32.js';
import { readVectors } from '../helpers/vectors.js';

interface Code {
  secret: string;
  namespace: string;
  purpose: string;
  identity: string;
  challenge_hex: string;
  unix_seconds: number;
  window_seconds: number;
  code: string;
}

const { codes, accepted, refused, found, unclear } = readVectors<{
  codes: Code[];
  accepted: { input: string; code: string; note: string }[];
  refused: { input: unknown; note: string }[];
  found: { text: string; code: string; note: string }[];
  unclear: { text: string; note: string }[];
}>('base32-codes-v1.json');

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const code = fc.string({ unit: fc.constantFrom(...letters), minLength: 12, maxLength: 12 });

describe('codes in base32', () => {
  test('each is the first 60 bits of the HMAC of its challenge', () => {
    assert.ok(codes.length >= 20);
    for (const { secret, challenge_hex, unix_seconds, window_seconds, code, ...subject } of codes) {
      const mac = createHmacSha256(deriveKey(Buffer.from(secret, 'base64'), 'code'));
      const window = Math.floor(unix_seconds / window_seconds);
      const challenge = Buffer.from(challenge_hex, 'hex');
      assert.equal(deriveCode(mac, { ...subject, challenge, window, digits: 12, alphabet: 'base32' }), code);
    }
  });

  test('every bit of the first 60 counts, and no other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 32 }), (bytes) => {
        const bits = Buffer.from(bytes).readBigUInt64BE() >> 4n;
        const expected = Array.from(
          { length: 12 },
          (_, index) => letters[Number((bits >> BigInt(5 * (11 - index))) & 31n)],
        );
        assert.equal(truncateToBase32(Buffer.from(bytes).toString('latin1')), expected.join(''));
      }),
      { seed: 17 },
    );
  });

  test('each is read as people type it', () => {
    for (const { input, code, note } of accepted) {
      assert.equal(parseBase32Code(input), code, note);
      assert.equal(typedCodes.base32.parse(input), code, note);
    }
  });

  // Attack: one code in many spellings, or a letter of another script for one of ours.
  test('what cannot be one is refused', () => {
    for (const { input, note } of refused) assert.equal(parseBase32Code(input), null, note);
  });

  test('what is shown is read back, in either case', () => {
    fc.assert(
      fc.property(code, (code) => {
        const shown = groupBase32(code);
        assert.match(shown, /^.{4}-.{4}-.{4}$/);
        assert.equal(parseBase32Code(shown), code);
        assert.equal(parseBase32Code(shown.toLowerCase()), code);
        for (const read of [readOnPage, readInElement]) {
          assert.equal(read(shown.toLowerCase(), 12), code);
          assert.equal(read(`Your code is ${shown}\nIt expires in 5 minutes.`, 12), code);
        }
      }),
      { seed: 17 },
    );
  });

  for (const [where, read] of [
    ['on the page', readOnPage],
    ['in the element', readInElement],
  ] as const) {
    test(`one is found in what is pasted ${where}, or none`, () => {
      for (const { text, code, note } of found) assert.equal(read(text, 12), code, note);
      for (const { text, note } of unclear) assert.equal(read(text, 12), null, note);
    });
  }
});
