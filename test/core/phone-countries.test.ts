import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listCountries } from '../../src/core/countries.js';
import { parsePhoneCountries } from '../../src/core/phone-countries.js';

const all = listCountries().map(({ country }) => country);
const at = (...countries: string[]) => ({ countries });

test('listed countries are sent to and no others, in any order and with any floors', () => {
  const entries = fc.uniqueArray(
    fc.tuple(fc.constantFrom(...all), fc.option(fc.integer({ min: 1, max: 1e6 }))),
    {
      selector: ([country]) => country,
      minLength: 1,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(entries, fc.constantFrom(...all), (listed, country) => {
      const policy = parsePhoneCountries(
        listed.map(([name, floor]) => (floor === null ? name : `${name}:${floor}`)),
      );
      const entry = listed.find(([name]) => name === country);
      assert.equal(policy.admits(at(country)), entry !== undefined);
      assert.equal(policy.admitsCountry(country), entry !== undefined);
      assert.equal(policy.floorOf(at(country)), entry?.[1] ?? undefined);
      for (const [name] of listed) assert.ok(policy.admits(at(name)));
      assert.ok(!policy.admits(at()));
    }),
    { seed: 16, numRuns: 300 },
  );
});

test('* is every country but those that are left out, wherever it is in the list', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...all), { maxLength: 8 }), fc.nat(8), (left, place) => {
      const entries = left.map((country) => `!${country}`);
      entries.splice(Math.min(place, entries.length), 0, '*');
      const policy = parsePhoneCountries(entries);
      for (const country of all) assert.equal(policy.admits(at(country)), !left.includes(country), country);
      assert.ok(!policy.admits(at()));
    }),
    { seed: 16, numRuns: 100 },
  );
});

// Attack: a number that two territories share gets past the one that is left out.
test('a shared number is sent to where either country is listed, and nowhere where either is left out', () => {
  const shared = at('GB', 'IM');
  assert.ok(parsePhoneCountries(['GB']).admits(shared));
  assert.ok(parsePhoneCountries(['IM']).admits(shared));
  assert.ok(!parsePhoneCountries(['*', '!IM']).admits(shared));
  assert.ok(!parsePhoneCountries(['*', '!GB']).admits(shared));
  assert.equal(parsePhoneCountries(['IM:7']).floorOf(shared), 7);
});

test('every entry that is wrong is named, with the country that is meant', () => {
  for (const [entry, country] of [
    ['UK', 'GB'],
    ['EL', 'GR'],
    ['de', 'DE'],
    ['DEU', 'DE'],
    ['GER', 'DE'],
    ['Germany', 'DE'],
    ['Deutschland', 'DE'],
    ['USA', 'US'],
    ['FRA', 'FR'],
    ['ESP', 'ES'],
    ['ITA', 'IT'],
    ['AUT', 'AT'],
    ['+49', 'DE'],
    ['0041', 'CH'],
    ['ED', 'DE'],
    ['!UK', 'GB'],
    ['UK:500', 'GB'],
  ] as const) {
    assert.throws(
      () => parsePhoneCountries(['AT', entry]),
      new RangeError(`phoneCountries: ${entry} is not a country; did you mean ${country}?`),
    );
  }
  assert.throws(() => parsePhoneCountries(['UK', 'DE', 'Q1', 'CH:0']), {
    message:
      /^phoneCountries: UK is not a country; did you mean GB\?; Q1 is not a country; did you mean QA\?; CH:0: .* from 1 to 1000000$/,
  });
});

test('what contradicts itself is refused', () => {
  for (const [entries, said] of [
    [['DE', '!FR'], /!FR leaves a country out of \*, which is not there/],
    [['*', '!FR:5'], /!FR:5: a country that is left out has no floor/],
    [['DE', 'DE:5'], /DE is there twice/],
    [['*', 'DE', '!DE'], /DE is there twice/],
    [['*', '*'], /\* is there twice/],
    [['DE:'], /DE:: the messages a day/],
    [['DE:1.5'], /DE:1\.5: the messages a day/],
    [['DE:1000001'], /from 1 to 1000000/],
    [['*:5'], /\*:5 is not a country/],
    [[''], / is not a country/],
  ] as const) {
    assert.throws(() => parsePhoneCountries(entries), said);
  }
});
