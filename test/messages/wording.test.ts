import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, locales } from '../../src/messages/catalogue.js';
import { fillString, joinSentences } from '../../src/messages/strings.js';

/** Lengths that `OTP_CODE_LENGTH` and longer codes may have, and that of codes with letters. */
const lengths = { enterCode: [4, 5, 6, 7, 8, 9, 10], malformedCode: [4, 5, 6, 7, 8, 9, 10] };

test('what names the length of a code fits each number: none of the forms that a number asks for is another', () => {
  for (const locale of locales) {
    // Where all numbers from 4 to 10 take one form, or the words around it take that of none.
    const forms = new Set(lengths.enterCode.map((count) => new Intl.PluralRules(locale).select(count)));
    const isBeyondPlurals = /-(?:cyfrow|значн|цифр)|z \{digits\} cyfr|[зи]з? \{digits\} цифр/;
    const { enterCode, malformedCode } = catalogue[locale].page;
    for (const text of forms.size > 1 ? [enterCode, malformedCode] : []) {
      assert.match(text, isBeyondPlurals, `${locale}: ${text}`);
    }
  }
});

test('every text that names a length names it once', () => {
  for (const locale of locales) {
    const { enterCode, enterText, malformedCode, malformedText } = catalogue[locale].page;
    for (const text of [enterCode, enterText, malformedCode, malformedText]) {
      assert.equal(fillString(text, { digits: '8' }).match(/8/g)?.length, 1, `${locale}: ${text}`);
    }
  }
});

test('in French a space before a sign does not break, except in text messages, where it would cost a segment', () => {
  const { page, ...message } = catalogue.fr;
  for (const [name, text] of Object.entries({ ...message, ...page })) {
    if (!name.startsWith('sms')) assert.doesNotMatch(text, /\u0020[:;!?»]|«\u0020/, name);
  }
});

test('in Chinese and Japanese no space follows a full stop, and between other sentences one does', () => {
  assert.equal(
    joinSentences('コードが違います。', 'あと4回試せます。'),
    'コードが違います。あと4回試せます。',
  );
  assert.equal(joinSentences('Not that one.', '4 attempts left.'), 'Not that one. 4 attempts left.');
  for (const locale of locales) {
    for (const text of Object.values(catalogue[locale].page)) assert.doesNotMatch(text, /。 | {2}/, locale);
  }
});
