import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CountryCode } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/metadata.max.json';
import examples from 'libphonenumber-js/mobile/examples';
import { listCountries } from '../../src/core/countries.js';
import { canonicalise } from '../../src/core/identity.js';
import { findPlace, type PhoneKind } from '../../src/core/phone-place.js';

/** The kinds of numbers in the order in which the metadata lists their patterns. */
const kinds: readonly PhoneKind[] = [
  'fixed',
  'mobile',
  'toll_free',
  'premium_rate',
  'personal',
  'voicemail',
  'uan',
  'pager',
  'voip',
  'shared_cost',
];
const typesAt = 11;

type Pattern = readonly [source?: string, lengths?: readonly number[]];
const patternsOf = (plan: readonly unknown[] = []) =>
  (plan[typesAt] as (Pattern | 0)[]).map((pattern): Pattern => pattern || []);
const countries = metadata.countries as unknown as Record<string, readonly unknown[]>;
const nonGeographic = metadata.nonGeographic as unknown as Record<string, readonly unknown[]>;

function matches([source, lengths]: Pattern = [], national: string): boolean {
  if (!source) return false;
  return new RegExp(`^(?:${source})$`).test(national) && (lengths?.includes(national.length) ?? true);
}

/** National numbers of one kind, made of its pattern. */
function makeNumbers(pattern: Pattern, count: number): string[] {
  if (!pattern[0]) return [];
  const arbitrary = fc.stringMatching(new RegExp(`^(?:${pattern[0]})$`));
  return fc.sample(arbitrary, { seed: 16, numRuns: count }).filter((number) => matches(pattern, number));
}

test('in every country, numbers of every kind are found to be of that kind there', () => {
  const found = new Map<string, number>();
  for (const { country, callingCode } of listCountries()) {
    const patterns = patternsOf(countries[country]);
    for (const [index, pattern] of patterns.entries()) {
      for (const national of makeNumbers(pattern, 20)) {
        const number = `+${callingCode}${national}`;
        if (canonicalise(number)?.value !== number) continue;
        const place = findPlace(number);
        assert.ok(place.country !== undefined && place.countries[0] === place.country, number);
        assert.ok(place.countries.includes(country) || callingCode === '1', `${number} of ${country}`);
        // Where plans overlap, the neighbour or the first of several kinds may be the one that is told.
        const kindsHere = kinds.filter((_, at) =>
          matches(patterns[at], number.slice(callingCode.length + 1)),
        );
        if (place.country !== country || kindsHere.length !== 1) continue;
        const kind = kinds[index] as PhoneKind;
        const isMobileToo = kind === 'fixed' && !patterns[1]?.[0];
        assert.equal(place.kind, isMobileToo ? 'either' : kind, `${number} of ${country}`);
        found.set(place.kind, (found.get(place.kind) ?? 0) + 1);
      }
    }
  }
  for (const kind of [...kinds, 'either'])
    assert.ok((found.get(kind) ?? 0) > 20, `${kind}: ${found.get(kind)}`);
});

test('numbers of no country are international, whatever they are for', () => {
  let count = 0;
  for (const [callingCode, plan] of Object.entries(nonGeographic)) {
    for (const pattern of patternsOf(plan)) {
      for (const national of makeNumbers(pattern, 50)) {
        const number = `+${callingCode}${national}`;
        if (canonicalise(number)?.value !== number) continue;
        count += 1;
        assert.deepEqual(findPlace(number), { country: undefined, countries: [], kind: 'international' });
      }
    }
  }
  assert.ok(count > 200, `${count}`);
});

test('the example of a mobile phone of every country can be sent an SMS', () => {
  for (const { country, callingCode } of listCountries()) {
    const example = examples[country as CountryCode];
    if (example === undefined) continue;
    const { countries, kind } = findPlace(`+${callingCode}${example}`);
    assert.ok(countries.includes(country), `${country}: ${countries}`);
    assert.ok(kind === 'mobile' || kind === 'either', `${country}: ${kind}`);
  }
});

// Attack: a territory that costs ten times as much hides behind the calling code of its neighbour.
test('a number is of the country of its plan, not of its calling code', () => {
  for (const [number, country, countries] of [
    ['+18765551234', 'JM', ['JM']],
    ['+16585551234', 'JM', ['JM']],
    ['+18095551234', 'DO', ['DO']],
    ['+12425551234', 'BS', ['BS']],
    ['+14165551234', 'CA', ['CA']],
    ['+447781123456', 'GG', ['GG']],
    ['+447924123456', 'GB', ['GB', 'IM']],
    ['+77012345678', 'KZ', ['KZ']],
    ['+590690001234', 'GP', ['GP', 'BL', 'MF']],
    ['+3906698123', 'VA', ['VA']],
    ['+358412345678', 'FI', ['FI', 'AX']],
  ] as const) {
    assert.deepEqual([findPlace(number).country, findPlace(number).countries], [country, countries], number);
  }
});

test('in +1 what the metadata does not know is geographic, but for what no place has', () => {
  const knows = (code: number) => {
    const number = `${code}5550123`;
    return (metadata.country_calling_codes['1'] ?? []).some((country) => {
      const patterns = patternsOf(countries[country]);
      const leading = countries[country]?.[10];
      return (
        patterns.some((pattern) => matches(pattern, number)) ||
        (typeof leading === 'string' && new RegExp(`^(?:${leading})`).test(number))
      );
    });
  };
  let unknown = 0;
  for (let code = 200; code < 1000; code++) {
    const place = findPlace(`+1${code}5550123`);
    assert.ok(place.country !== undefined);
    if (knows(code)) continue;
    unknown += 1;
    const isFree = /^8(?:8.|(.)\1)/.test(String(code));
    // The metadata knows these two in parts.
    const kind = isFree ? 'toll_free' : [523, 524].includes(code) ? 'personal' : 'either';
    assert.deepEqual(place, { country: 'US', countries: ['US'], kind }, `${code}`);
  }
  assert.ok(unknown > 200);
  assert.equal(findPlace('+19005550123').kind, 'premium_rate');
  for (const code of [624, 837, 861, 436, 471, 483, 621, 679, 924])
    assert.equal(findPlace(`+1${code}3051111`).kind, 'either');
});
