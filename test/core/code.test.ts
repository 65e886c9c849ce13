import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveCode, deriveTag, findWindow, maxDigits, minDigits, parseCode } from '../../src/core/code.js';
import { deriveKey } from '../../src/core/keys.js';
import { createHmacSha256 } from '../../src/fast/hmac.js';

const mac = createHmacSha256(deriveKey(Buffer.alloc(32, 7), 'code'));

test('spaces and dashes of any kind are dropped from what a person types', () => {
  for (const typed of [
    '482931',
    ' 482 931 ',
    '482-931',
    '482\u2013931',
    '4 8 2 9 3 1',
    '482\u00A0931',
    '482\n931',
  ]) {
    assert.equal(parseCode(typed), '482931');
  }
});

test('a code is 4 to 10 decimal digits and nothing else', () => {
  assert.equal(parseCode('0000'), '0000');
  assert.equal(parseCode('0123456789'), '0123456789');
  const others = [
    '',
    '123',
    '12345678901',
    '48293a',
    '+482931',
    '482.931',
    '④⑧②⑨③①',
    '四八二九三一',
    '1e5',
    '0x1234',
    ' ',
  ];
  for (const typed of [...others, '1'.repeat(1000), 482931, null, undefined, ['482931'], { code: 1 }]) {
    assert.equal(parseCode(typed), null);
  }
});

test('a code is found in its own window, however many there are, and in no other', () => {
  const subject = { namespace: 'default', purpose: 'sign-in', identity: 'alice@example.com' };
  const codeInput = fc.record({
    first: fc.nat(2 ** 31),
    count: fc.integer({ min: 1, max: 9 }),
    index: fc.nat(20),
    digits: fc.integer({ min: minDigits, max: maxDigits }),
  });
  fc.assert(
    fc.property(codeInput, ({ first, count, index, digits }) => {
      const windows = Array.from({ length: count }, (_, i) => first + i);
      const input = { ...subject, challenge: new Uint8Array(0), window: first, digits };
      const codes = windows.map((window) => deriveCode(mac, { ...input, window }));
      const code = deriveCode(mac, { ...input, window: first + index });
      const last = codes.lastIndexOf(code);
      assert.equal(findWindow(mac, input, windows, code), last === -1 ? null : windows[last]);
      // Attack: the same number in fewer or more digits, or what is read as the same number.
      for (const other of [code.slice(1), `0${code}`, ` ${code.slice(1)}`, '', 'NaN', '-0']) {
        assert.ok(codes.includes(other) || findWindow(mac, input, windows, other) === null);
      }
    }),
    { seed: 1 },
  );
});

// Attack: without lengths in the message, the code of (shop, a, bc) would be the code of (shop, ab, c).
test('the encoding is injective: subjects that join to the same text have different codes and tags', () => {
  const text = fc.string({ maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, fc.nat(18), fc.nat(18), (a, b, c, i, j) => {
      const joined = a + b + c;
      const [first, second] = [Math.min(i, j), Math.max(i, j)];
      const one = { namespace: a, purpose: b, identity: c };
      const other = {
        namespace: joined.slice(0, first),
        purpose: joined.slice(first, second),
        identity: joined.slice(second),
      };
      const isSame = one.namespace === other.namespace && one.purpose === other.purpose;
      assert.equal(deriveTag(mac, one) === deriveTag(mac, other), isSame);
    }),
    { numRuns: 2000, seed: 1 },
  );
});

test('every part of the input changes the code', () => {
  const input = {
    namespace: 'default',
    purpose: 'sign-in',
    identity: 'alice@example.com',
    challenge: Buffer.alloc(16, 1),
    window: 5_984_300,
    digits: 10,
  };
  const code = deriveCode(mac, input);
  const changes = [
    { namespace: 'shop' },
    { purpose: 'payment' },
    { identity: 'bob@example.com' },
    { challenge: Buffer.alloc(16, 2) },
    { challenge: Buffer.alloc(0) },
    { window: 5_984_301 },
  ];
  for (const change of changes) assert.notEqual(deriveCode(mac, { ...input, ...change }), code);
  assert.notEqual(deriveCode(createHmacSha256(deriveKey(Buffer.alloc(32, 8), 'code')), input), code);
});

test('codes are spread evenly, leading zeros included', () => {
  const counts = new Array<number>(10).fill(0);
  const subject = {
    namespace: 'default',
    purpose: 'sign-in',
    challenge: Buffer.alloc(0),
    window: 1,
    digits: 4,
  };
  const samples = 20_000;
  for (let i = 0; i < samples; i++) {
    const code = deriveCode(mac, { ...subject, identity: `user:${i}` });
    assert.equal(code.length, 4);
    const first = Number(code[0]);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  const expected = samples / 10;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 9 degrees of freedom: beyond 33.7 once in ten thousand; the keys are fixed, so this is one fixed figure.
  assert.ok(chiSquare < 33.7, `chi-square ${chiSquare}`);
});
