import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locales } from '../../src/messages/catalogue.js';
import { isColor, parseLogoOrigin, writeBrandStyle } from '../../src/sign-in/brand.js';
import { isBrandLink } from '../../src/sign-in/brand-links.js';
import { guessCountry, nameCountries } from '../../src/sign-in/countries.js';
import { looksNational, withPlus } from '../../src/sign-in/national.js';
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
      const grounds = [
        ['#ffffff', '#f4f5f7'],
        ['#1b1d21', '#101215'],
      ] as const;
      for (const [i, colors] of grounds.entries()) {
        const [link = '', edge = ''] = [read('link')[i], read('edge')[i]];
        for (const ground of colors) {
          assert.ok(contrast(link, ground) >= 4.5, `${link} on ${ground}`);
          assert.ok(contrast(edge, ground) >= 3, `the edge ${edge} on ${ground}`);
        }
      }
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
  assert.equal(parseLogoOrigin('/logo.svg'), null);
  assert.equal(parseLogoOrigin('https://cdn.example.com/logo.svg?v=1'), 'https://cdn.example.com');
  for (const bad of [
    '//cdn.example.com/x',
    'http://cdn.example.com/x',
    'logo.svg',
    'data:image/png,x',
    'https://a@b.c/x',
    '/a b',
  ]) {
    assert.throws(() => parseLogoOrigin(bad), RangeError, bad);
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

test('a shade keeps the hue of its colour, and is not washed out', () => {
  for (const color of ['#2357d9', '#b3261e', '#0b7a75', '#6d28d9', '#8a1c5c']) {
    const [, dark = ''] = [...writeBrandStyle(color).matchAll(/--link:(#[0-9a-f]{6})/g)].map((m) => m[1]);
    const spread = (text: string) => {
      const parts = [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
      return Math.max(...parts) - Math.min(...parts);
    };
    assert.ok(spread(dark) >= spread(color) * 0.8, `${dark} of ${color}`);
  }
});

test('a link of the footer is a label and an https address or a path of the host', () => {
  for (const good of ['Help=https://help.example.com', 'Privacy=/privacy', 'Über uns=/a?b=c#d', 'A = /b']) {
    assert.ok(isBrandLink(good), good);
  }
  for (const bad of [
    'Help',
    '=/a',
    'Help=',
    'Help=help',
    'Help=http://a.example',
    'Help=//a.example',
    'Help=javascript:alert(1)',
    'Help=https://user@a.example/',
    'Help=https://a b',
    'a\nb=/c',
  ]) {
    assert.ok(!isBrandLink(bad), bad);
    assert.throws(() => createSignIn({ brandLinks: [bad] }), /brandLinks must be/, bad);
  }
});

test('a number that is dialled from abroad is read as one with a plus, and no other', () => {
  for (const [typed, read] of [
    ['0049 151 12345678', '+49 151 12345678'],
    ['00 1 415 555 2671', '+1 415 555 2671'],
    ['0151 12345678', '0151 12345678'],
    ['011 49 151', '011 49 151'],
    ['alice@example.com', 'alice@example.com'],
  ] as const) {
    assert.equal(withPlus(typed), read);
  }
});

// Attack: have the form of another site, or a path of one's own, change the language or lead elsewhere.
test('choosing a language leads back to a page of ours only, and no other site can choose', async () => {
  const { open } = createSignIn();
  const browser = open();
  const choose = (page: string, headers = {}) =>
    browser.post('/sign-in/locale', { locale: 'de', page }, headers);
  for (const page of [
    '/evil',
    '//evil.example',
    'https://evil.example',
    '/sign-in/../evil',
    '/sign-in\r\nX: y',
    '',
  ]) {
    assert.equal((await choose(page)).headers.get('location'), '/sign-in', page);
  }
  assert.equal((await choose('/sign-in/code?flow=a')).headers.get('location'), '/sign-in/code?flow=a');
  const other = open();
  const forged = await other.post(
    '/sign-in/locale',
    { locale: 'de', page: '/sign-in' },
    { 'Sec-Fetch-Site': 'cross-site' },
  );
  assert.equal(forged.headers.get('set-cookie'), null);
  const unknown = await other.post('/sign-in/locale', { locale: 'xx', page: '/sign-in' });
  assert.deepEqual([unknown.status, unknown.headers.get('set-cookie')], [303, null]);
});
