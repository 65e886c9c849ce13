import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locales } from '../../src/messages/catalogue.js';
import { isColor, readLogoOrigin, writeBrandStyle } from '../../src/sign-in/brand.js';
import { guessCountry, nameCountries } from '../../src/sign-in/countries.js';
import { maskIdentity } from '../../src/sign-in/mask.js';
import { looksNational } from '../../src/sign-in/national.js';
import { createSignIn } from '../helpers/sign-in.js';

/** WCAG 2.2, written out once more. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [one, other]
    .map((color) => {
      const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
        const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

test('whatever the brand colour, buttons and links can be read on light and dark', () => {
  const color = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(color, (brand) => {
      const style = writeBrandStyle(brand);
      const read = (name: string) =>
        [...style.matchAll(new RegExp(`--${name}:(#[0-9a-f]{6})`, 'g'))].map((m) => m[1] ?? '');
      const [accent = '', onAccent = ''] = [read('accent')[0], read('on-accent')[0]];
      assert.equal(accent, brand);
      assert.ok(contrast(accent, onAccent) >= 4.5, `${onAccent} on ${accent}`);
      const [light = '', dark = ''] = read('link');
      assert.ok(contrast(light, '#ffffff') >= 4.5, `${light} on light`);
      assert.ok(contrast(dark, '#1b1d21') >= 4.5, `${dark} on dark`);
    }),
    { seed: 1 },
  );
});

test('a colour is #rgb or #rrggbb and nothing else', () => {
  for (const good of ['#fff', '#2F5BD7']) assert.ok(isColor(good));
  for (const bad of ['red', '#ff', '#ffff', '#fffffff', '#ggg', '2f5bd7', '#fff;}', ' #fff', '']) {
    assert.ok(!isColor(bad));
    assert.throws(() => createSignIn({ brandColor: bad }), /brandColor must be a colour/, bad);
  }
});

test('a logo is a path of the page or an https address', () => {
  assert.equal(readLogoOrigin('/logo.svg'), null);
  assert.equal(readLogoOrigin('https://cdn.example.com/logo.svg?v=1'), 'https://cdn.example.com');
  for (const bad of [
    '//cdn.example.com/x',
    'http://cdn.example.com/x',
    'logo.svg',
    'data:image/png,x',
    'https://a@b.c/x',
    '/a b',
  ]) {
    assert.throws(() => readLogoOrigin(bad), RangeError, bad);
  }
});

test('a mask shows what its owner knows and hides the rest', () => {
  for (const [identity, masked] of [
    ['alice@example.com', 'a•••@example.com'],
    ['a@example.com', 'a•••@example.com'],
    ['+4915112345678', '+49•••678'],
    ['user:12345678', 'user:•••78'],
    ['user:42', 'user:•••'],
  ] as const) {
    assert.equal(maskIdentity(identity), masked);
  }
});

test('every locale has all countries by name, in its own order', () => {
  for (const locale of locales) {
    const countries = nameCountries(locale);
    assert.ok(countries.length > 200);
    assert.ok(countries.every(({ label }) => / \+\d{1,4}$/.test(label)));
    assert.equal(new Set(countries.map(({ country }) => country)).size, countries.length);
  }
  const find = (locale: 'de' | 'ja') => nameCountries(locale).find(({ country }) => country === 'DE')?.label;
  assert.deepEqual([find('de'), find('ja')], ['Deutschland +49', 'ドイツ +49']);
  const labels = nameCountries('de').map(({ label }) => label);
  assert.ok(labels.indexOf('Österreich +43') < labels.indexOf('Polen +48'));
});

test('the country is guessed by the language, and asked for only where a number begins without it', () => {
  for (const [header, locale, country] of [
    ['de-AT,de;q=0.9', 'de', 'AT'],
    ['zh-Hant-TW', 'zh-TW', 'TW'],
    ['pt', 'pt-BR', 'BR'],
    ['ja', 'ja', 'JP'],
    [null, 'en', 'US'],
  ] as const) {
    assert.equal(guessCountry(header, locale), country);
  }
  for (const yes of ['0151 1234', '(0)30/123', '30 12 34']) assert.ok(looksNational(yes), yes);
  for (const no of ['+49 151', 'alice@example.com', '12', 'user:42', '']) assert.ok(!looksNational(no), no);
});
