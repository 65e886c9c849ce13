import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalise } from '../../src/core/identity.js';
import { hostileCharacters } from '../helpers/hostile-characters.js';

const accepted: [input: string, kind: string, value: string][] = [
  ['alice@example.com', 'email', 'alice@example.com'],
  ['Alice@Example.COM', 'email', 'alice@example.com'],
  [' alice@example.com\t', 'email', 'alice@example.com'],
  ["o'neil+shop.a_b@mail.example.co.uk", 'email', "o'neil+shop.a_b@mail.example.co.uk"],
  ['renee@Bücher.example', 'email', 'renee@xn--bcher-kva.example'],
  ['renee@xn--bcher-kva.example', 'email', 'renee@xn--bcher-kva.example'],
  ['a@例え。jp', 'email', 'a@xn--r8jz45g.jp'],
  [`${'a'.repeat(64)}@example.com`, 'email', `${'a'.repeat(64)}@example.com`],
  ['+4915112345678', 'phone', '+4915112345678'],
  ['+49 (0)151 1234-5678', 'phone', '+4915112345678'],
  ['+1 415-555-0123', 'phone', '+14155550123'],
  ['+81 90-1234-5678', 'phone', '+819012345678'],
  ['user:42', 'opaque', 'user:42'],
  ['tenant-1.User:a.b_c:d-E', 'opaque', 'tenant-1.User:a.b_c:d-E'],
  [`u:${'x'.repeat(126)}`, 'opaque', `u:${'x'.repeat(126)}`],
];

for (const [input, kind, value] of accepted) {
  test(`${JSON.stringify(input)} is the ${kind} ${value}`, () => {
    assert.deepEqual(canonicalise(input), { kind, value });
  });
}

// Attack: one address for the check and another for the delivery (GitLab CVE-2023-7028, next-auth
// CVE-2026-73420, nodemailer CVE-2026-125755). Whatever could name two people, or none, is refused whole.
const refused: unknown[] = [
  ['alice@example.com', 'mallory@example.net'],
  ['alice@example.com'],
  { email: 'alice@example.com' },
  42,
  null,
  undefined,
  true,
  '',
  ' ',
  'alice',
  'alice@',
  '@example.com',
  'alice@example.com,mallory@example.net',
  'alice@example.com;mallory@example.net',
  'alice@example.com mallory@example.net',
  'alice@example.com\r\nBcc: mallory@example.net',
  'alice@example.com\n',
  '\nalice@example.com',
  'alice\u0000@example.com',
  '"alice"@example.com',
  '"alice@example.net"@example.com',
  'alice(comment)@example.com',
  'alice@example.com(comment)',
  '<alice@example.com>',
  'Alice <alice@example.com>',
  'alice@example.net@example.com',
  'alice@example.com@',
  'alice%example.net@example.com '.replace('%', '\\'),
  'al ice@example.com',
  '.alice@example.com',
  'alice.@example.com',
  'al..ice@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.com`,
  `a@${'b'.repeat(64)}.com`,
  // U+212A, the Kelvin sign, would lower-case to an ASCII k.
  '\u212Aelvin@example.com',
  'müller@example.com',
  // What a URL parser would drop, decode or turn into an address.
  'a@evil.com/path',
  'a@evil.com#x',
  'a@evil.com?x',
  'a@evil.com:25',
  'a@evil.com\\x',
  'a@ex%61mple.com',
  'a@exa\tmple.com',
  'a@exa mple.com',
  'a@exa\u0085mple.com',
  'a@0x7f.1',
  'a@127.0.0.1',
  'a@2130706433',
  'a@[127.0.0.1]',
  'a@[::1]',
  'a@1.0x7f',
  'a@localhost',
  'a@example',
  'a@example.com.',
  'a@.example.com',
  'a@example..com',
  'a@-example.com',
  'a@example-.com',
  'a@exam_ple.com',
  'a@example.123',
  'a@xn--zzzzzz99999.com',
  '+',
  '+1',
  '+0',
  '12345',
  '0151 12345678',
  '+49 151 12345678 ext. 5',
  '+49 151 12345678;ext=5',
  'tel:+4915112345678',
  '+1-800-FLOWERS',
  '+49151123456789012345',
  // Valid by its metadata, but longer than the 15 digits of E.164.
  '+4980318123456129',
  `x${' '.repeat(200_000)}x`,
  '+999123456789',
  `+${'4'.repeat(100)}`,
  'user:',
  ':42',
  'user42:',
  '-user:42',
  'user:4 2',
  'user:4/2',
  'üser:42',
  `u:${'x'.repeat(127)}`,
];

for (const input of refused) {
  test(`${JSON.stringify(input)?.slice(0, 80)} is refused`, () => {
    assert.equal(canonicalise(input), null);
  });
}

test('national numbers are read under the default country only', () => {
  assert.equal(canonicalise('0151 12345678'), null);
  assert.deepEqual(canonicalise('0151 12345678', { defaultCountry: 'DE' }), {
    kind: 'phone',
    value: '+4915112345678',
  });
  assert.deepEqual(canonicalise('+14155550123', { defaultCountry: 'DE' }), {
    kind: 'phone',
    value: '+14155550123',
  });
});

const pieces = fc.constantFrom(
  ...hostileCharacters,
  ...['B', '9', '\r', 'example.com', 'alice', 'user:', '+49151', '12345678', '.com'],
);
const hostile = fc.oneof(
  fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join('')),
  fc.tuple(fc.string(), fc.domain()).map(([local, domain]) => `${local}@${domain}`),
  fc
    .tuple(fc.constantFrom('a', 'Bob'), fc.string({ unit: 'grapheme' }))
    .map(([local, label]) => `${local}@${label}.com`),
  fc.emailAddress(),
  fc.bigInt({ min: 0n, max: 10n ** 15n }).map((digits) => `+${digits}`),
  fc.string({ unit: 'binary' }),
);

test('what is accepted is canonical: the same again, plain ASCII, one recipient', () => {
  let count = 0;
  fc.assert(
    fc.property(hostile, (input) => {
      const identity = canonicalise(input);
      if (!identity) return;
      count += 1;
      assert.deepEqual(canonicalise(identity.value), identity);
      assert.match(identity.value, /^[\x21-\x7E]+$/);
      if (identity.kind === 'email') assert.match(identity.value, /^[^@,;<>"()\\:[\]]+@[a-z0-9.-]+$/);
      if (identity.kind === 'phone') assert.match(identity.value, /^\+[1-9][0-9]{6,14}$/);
    }),
    { numRuns: 20_000, seed: 1 },
  );
  assert.ok(count > 500, `only ${count} of the generated identities were accepted`);
});
