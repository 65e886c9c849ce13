import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLocale, type Locale, locales } from '../../src/messages/catalogue.js';
import { chooseLocale } from '../../src/messages/choose-locale.js';

const table: [requested: string | undefined, chosen: Locale][] = [
  // Tags
  ['de', 'de'],
  ['DE-at', 'de'],
  ['de-Latn-DE-1996', 'de'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'pt-BR'],
  ['pt_BR', 'pt-BR'],
  ['zh', 'zh-CN'],
  ['zh-SG', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'],
  ['zh-Hant', 'zh-TW'],
  ['zh-Hant-HK', 'zh-TW'],
  ['zh-HK', 'zh-TW'],
  ['zh-MO', 'zh-TW'],
  ['zh-tw', 'zh-TW'],
  ['zh-CHT', 'zh-TW'],
  ['zh-CHS', 'zh-CN'],
  ['iw', 'he'],
  ['iw-IL', 'he'],
  ['in', 'id'],
  ['in_ID', 'id'],
  ['en-u-nu-arab', 'en'],
  ['en_US', 'en'],
  ['zh_Hans_CN', 'zh-CN'],
  ['zh_Hant_TW', 'zh-TW'],
  // As POSIX spells them
  ['en-US.UTF-8', 'en'],
  ['de_DE.utf8', 'de'],
  ['de_DE@euro', 'de'],
  ['sr_RS.UTF-8@latin', 'nl'],
  ['C', 'nl'],
  ['C.UTF-8', 'nl'],
  ['POSIX', 'nl'],
  // As Java spells them
  ['zh_TW_#Hant', 'zh-TW'],
  ['zh__#Hant', 'zh-TW'],
  ['zh_CN_#Hans', 'zh-CN'],
  ['zh__#Hans', 'zh-CN'],
  ['ja_JP_JP_#u-ca-japanese', 'ja'],
  ['th_TH_TH_#u-nu-thai', 'nl'],
  ['zh_#', 'nl'],
  // Lists
  ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
  ['en;q=0.1, ja', 'ja'],
  ['en;q=0.5,ja;q=0.50,de;q=0.499', 'en'],
  ['la, vo;q=0.9, ko;q=0.1', 'ko'],
  ['ja;q=0, ko', 'ko'],
  ['ja;q=0', 'nl'],
  ['*', 'nl'],
  ['la, *;q=0.5, ja;q=0.1', 'nl'],
  ['  ,, ru ;q=0.3 ,', 'ru'],
  // What is no list is passed over, part by part
  [undefined, 'nl'],
  ['', 'nl'],
  ['la', 'nl'],
  ['de;q=2, ja', 'ja'],
  ['de;q=, ja', 'ja'],
  ['de;q=-1', 'nl'],
  ['../../etc/passwd', 'nl'],
  ['__proto__', 'nl'],
  ['constructor', 'nl'],
  ['de\r\nX: y', 'nl'],
  ['dede', 'nl'],
  ['ｄｅ', 'nl'],
];

test('the nearest of our locales is chosen, as RFC 4647 and RFC 9110 say', () => {
  for (const [requested, chosen] of table)
    assert.equal(chooseLocale(requested, 'nl'), chosen, String(requested));
  for (const locale of locales) {
    assert.equal(chooseLocale(locale, 'nl'), locale);
    assert.equal(chooseLocale(locale.toLowerCase(), 'nl'), locale);
  }
});

test('whatever is asked for, the answer is one of ours and nothing throws', () => {
  const tag = fc.constantFrom(
    'de',
    'zh-Hant',
    'x-klingon',
    '*',
    'pt',
    'toString',
    '-',
    'de-',
    ';q=1',
    '\u0000',
  );
  const weight = fc.constantFrom('', ';q=0', ';q=0.5', ';q=1', ';q=NaN', ';q=1e3', ';Q=0.3');
  const list = fc.array(fc.tuple(tag, weight).map((parts) => parts.join(''))).map((parts) => parts.join(','));
  const anything = fc.oneof(
    list,
    fc.string({ unit: 'binary' }),
    fc.string({ maxLength: 2000 }),
    fc.anything(),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom(...locales), (requested, byDefault) => {
      assert.ok(isLocale(chooseLocale(requested as string, byDefault)));
    }),
    { numRuns: 2000, seed: 1 },
  );
});

// Attack: a header of megabytes that takes long to read.
test('of a huge list only the beginning is read, and half a tag is never taken for a whole one', () => {
  assert.equal(chooseLocale(`${'la,'.repeat(100_000)}de`, 'nl'), 'nl');
  assert.equal(chooseLocale('a'.repeat(1_000_000), 'nl'), 'nl');
  assert.equal(chooseLocale(`de-${'a-'.repeat(1_000_000)}`, 'nl'), 'nl');
  assert.equal(chooseLocale(`ja,${'la,'.repeat(100_000)}`, 'nl'), 'ja');
  // The 512th character is inside `den`, which is not one of our languages.
  const filler = 'la,'.repeat(170);
  assert.equal(chooseLocale(`${filler}den,${filler}`, 'nl'), 'nl');
});
