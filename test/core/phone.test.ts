import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CountryCode, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { listCountries } from '../../src/core/countries.js';
import { canonicalise, parseIdentity } from '../../src/core/identity.js';

const countries = listCountries().map(({ country, callingCode }) => ({
  country: country as CountryCode,
  callingCode,
}));

/** The metadata's own opinion, without our rules. */
const isValid = (e164: string) => {
  const parsed = parsePhoneNumberFromString(e164, { extract: false });
  return parsed?.isValid() === true && parsed.number === e164 && /^\+[1-9][0-9]{1,14}$/.test(e164);
};

/** Numbers of a country, from its example: those that differ from it in the last digits, and in the first ones. */
function listNumbers(country: CountryCode, callingCode: string): string[] {
  const example = getExampleNumber(country, examples)?.nationalNumber ?? '';
  const variants = Array.from({ length: 60 }, (_, index) => {
    const start = String(index * 7 + 10).slice(0, 2);
    return [example.slice(0, -2) + String((index * 7) % 100).padStart(2, '0'), start + example.slice(2)];
  }).flat();
  // The trap: national numbers that begin like the code of their own country.
  const trapped = variants.flatMap((number) => [
    callingCode + number,
    callingCode + number.slice(callingCode.length),
  ]);
  return [...new Set([example, ...variants, ...trapped])].filter((number) =>
    isValid(`+${callingCode}${number}`),
  );
}

const numbers = countries.flatMap(({ country, callingCode }) =>
  listNumbers(country, callingCode).map((national) => ({ country, callingCode, national })),
);

// Attack: a code for a number typed without its plus goes to a stranger, whose number begins alike.
test('in every country digits that are two valid numbers are refused, and digits that are one are that one', () => {
  let [ambiguous, clear] = [0, 0];
  for (const { country, callingCode, national } of numbers) {
    const options = { defaultCountry: country };
    const e164 = `+${callingCode}${national}`;
    assert.equal(canonicalise(e164, options)?.value, e164, `${e164} in ${country}`);
    assert.equal(canonicalise(e164)?.value, e164, e164);
    const digits = e164.slice(1);
    const twice = `+${callingCode}${digits}`;
    const read = parseIdentity(digits, options);
    if (callingCode !== '1' && isValid(twice)) {
      ambiguous += 1;
      assert.equal(read, 'ambiguous', `${digits} in ${country}`);
      assert.equal(canonicalise(digits, options), null, `${digits} in ${country}`);
    } else {
      clear += 1;
      assert.deepEqual(read, { kind: 'phone', value: e164 }, `${digits} in ${country}`);
    }
  }
  assert.ok(ambiguous > 30 && clear > 3000, `${ambiguous} ambiguous, ${clear} clear`);
});

test('a national number is that of its country, or refused where it could be another, in every country', () => {
  for (const { country, callingCode, national } of numbers) {
    const value = `+${callingCode}${national}`;
    const other = `+${national}`;
    const isAmbiguous = callingCode !== '1' && national.startsWith(callingCode) && isValid(other);
    const typed = parsePhoneNumberFromString(value)?.formatNational() ?? '';
    const isPlain = typed.replace(/[^0-9]/g, '') === national;
    const read = parseIdentity(typed, { defaultCountry: country });
    if (isAmbiguous && isPlain) assert.equal(read, 'ambiguous', `${typed} in ${country}`);
    else assert.deepEqual(read, { kind: 'phone', value }, `${typed} in ${country}`);
  }
});

test('a number is read twice as it is read once, under any country', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789 '), minLength: 5, maxLength: 16 });
  const start = fc.constantFrom('+', '', '0', '+1', '+52', '+521', '+54', '+5411', '+549', '+39', '+7', '00');
  fc.assert(
    fc.property(start, digits, fc.constantFrom(undefined, ...countries), (prefix, rest, home) => {
      const identity = canonicalise(prefix + rest, { defaultCountry: home?.country });
      if (!identity) return;
      for (const defaultCountry of [undefined, home?.country, 'DE', 'US', 'MX']) {
        assert.deepEqual(canonicalise(identity.value, { defaultCountry }), identity);
      }
    }),
    { numRuns: 20_000, seed: 164 },
  );
});

test('in +1 the plan decides, for every area code and every exchange', () => {
  for (let code = 0; code < 1000; code++) {
    const three = String(code).padStart(3, '0');
    const isOpen = code >= 200;
    for (const [value, isNumber] of [
      [`+1${three}5550123`, isOpen],
      [`+1415${three}0123`, isOpen],
    ] as const) {
      assert.equal(canonicalise(value)?.value ?? null, isNumber ? value : null, value);
    }
    const national = `(${three}) 305-1111`;
    const expected = isOpen ? `+1${three}3051111` : null;
    for (const defaultCountry of ['US', 'CA', 'JM']) {
      assert.equal(canonicalise(national, { defaultCountry })?.value ?? null, expected, national);
    }
  }
});

test('one Mexican number is one identity, with the 1 of before 2019 and without', () => {
  for (const [typed, country] of [
    ...['+52 55 1234 5678', '+52 1 55 1234 5678', '+5215512345678', '+52 (1) 55 1234 5678'].map((t) => [t]),
    ...['55 1234 5678', '1 55 1234 5678', '044 55 1234 5678', '045 55 1234 5678', '01 55 1234 5678'].map(
      (t) => [t, 'MX'],
    ),
    ['5215512345678', 'MX'],
    ['525512345678', 'MX'],
    ['0052 1 55 1234 5678', 'DE'],
  ] as [string, string | undefined][]) {
    const identity = canonicalise(typed, { defaultCountry: country });
    assert.equal(identity?.value, '+525512345678', typed);
  }
});

test('the 9 of an Argentine mobile number stays: with and without it are two numbers', () => {
  assert.equal(canonicalise('+54 9 11 2345 6789')?.value, '+5491123456789');
  assert.equal(canonicalise('011 15 2345 6789', { defaultCountry: 'AR' })?.value, '+5491123456789');
  assert.equal(canonicalise('+54 11 2345 6789')?.value, '+541123456789');
});

test('a country that does not exist is no country', () => {
  assert.equal(canonicalise('0151 12345678', { defaultCountry: 'ZZ' }), null);
  assert.equal(canonicalise('+4915112345678', { defaultCountry: 'ZZ' })?.value, '+4915112345678');
});
