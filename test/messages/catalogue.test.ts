import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, type Locale, locales } from '../../src/messages/catalogue.js';
import { formatDuration, formatExpiry } from '../../src/messages/duration.js';
import { createRenderer } from '../../src/messages/render.js';
import { fillString } from '../../src/messages/strings.js';
import { allChannels, everyMessage } from './every-message.js';

/** Which placeholders a string holds. */
const placeholders: Record<string, string[]> = {
  titleFor: ['{app}'],
  expires: ['{in}'],
  smsCode: ['{code}'],
  smsCodeFor: ['{app}', '{code}'],
  smsExpires: ['{in}'],
  'page.signInTo': ['{app}'],
  'page.enterCode': ['{digits}'],
  'page.enterText': ['{digits}'],
  'page.malformedCode': ['{digits}'],
  'page.malformedText': ['{digits}'],
  'page.fromSender': ['{sender}'],
  'page.sentTo': ['{to}'],
  'page.maySentTo': ['{to}'],
  'page.resendIn': ['{in}'],
  'page.attemptsLeft': ['{count}'],
  'page.rateLimited': ['{in}'],
  'page.signedInAs': ['{identity}'],
  'page.linkQuestion': ['{to}'],
};

/** The strings of a locale by name, those of the page as `page.name`. */
function listStrings(locale: Locale): Record<string, string> {
  const { page, ...rest } = catalogue[locale];
  const named = Object.entries(page).map(([name, text]) => [`page.${name}`, text]);
  return { ...rest, ...Object.fromEntries(named) };
}

test('every locale has every string, with exactly its placeholders and in its own words', () => {
  for (const locale of locales) {
    const strings = listStrings(locale);
    assert.deepEqual(Object.keys(strings), Object.keys(listStrings('en')), locale);
    for (const [name, text] of Object.entries(strings)) {
      assert.notEqual(text.trim(), '', `${locale}.${name}`);
      assert.equal(text, text.trim().normalize('NFC'), `${locale}.${name}`);
      assert.deepEqual(
        (text.match(/\{[^}]*\}?|\}/g) ?? []).sort(),
        placeholders[name] ?? [],
        `${locale}.${name}`,
      );
      if (locale !== 'en' && name !== 'direction')
        assert.notEqual(text, listStrings('en')[name], `${locale}.${name}`);
    }
  }
});

test('Arabic and Hebrew run from right to left, and nothing else does', () => {
  assert.deepEqual(
    locales.filter((locale) => catalogue[locale].direction === 'rtl'),
    ['ar', 'he'],
  );
});

test('no message in any locale and channel has a placeholder left, and each has the code', () => {
  for (const { name, content, channel } of everyMessage()) {
    for (const part of [
      content.subject,
      content.text,
      content.html?.replace(/<style>[\s\S]*<\/style>/, ''),
    ]) {
      assert.doesNotMatch(part ?? '', /[{}]|\b(undefined|null|NaN)\b|\[object/, name);
    }
    const code = channel === 'voice' ? '4, 8, 2, 9, 3, 1' : '482931';
    assert.ok(content.text.includes(code), name);
    assert.ok(content.html === undefined || content.html.includes('>482931<'), name);
    assert.equal(content.html !== undefined, channel === 'email', name);
  }
});

test('every input has a result, whatever the time left', () => {
  const render = createRenderer();
  for (const channel of allChannels) {
    for (const expiresInSeconds of [-1, 0, 0.5, 1, 59, 60, 600, 86_400]) {
      assert.ok(render({ channel, code: '0000', expiresInSeconds, locale: 'xx' }).text.includes('0'));
    }
  }
});

test('a life in words is never longer than the life', () => {
  const cases: [number, string][] = [
    [1, 'in 1 second'],
    [59.9, 'in 59 seconds'],
    [60, 'in 1 minute'],
    [119, 'in 1 minute'],
    [299, 'in 4 minutes'],
    [300, 'in 5 minutes'],
  ];
  for (const [seconds, words] of cases) assert.equal(formatExpiry('en', seconds), words);
  for (const locale of locales) {
    for (let seconds = 3; seconds <= 600; seconds += 1) {
      // One and two may be words.
      const said = Number(/\d+/.exec(formatDuration(locale, seconds))?.[0] ?? 1);
      assert.ok(said * (seconds >= 60 ? 60 : 1) <= seconds, `${locale} ${seconds}`);
    }
  }
});

test('lives are inflected as each language does', () => {
  assert.equal(formatExpiry('pl', 60), 'za 1 minutę');
  assert.equal(formatExpiry('ru', 120), 'через 2 минуты');
  assert.equal(formatExpiry('uk', 300), 'через 5 хвилин');
  assert.equal(formatExpiry('he', 60), 'בעוד דקה');
  assert.equal(formatExpiry('ja', 300), '5分後');
  assert.equal(formatDuration('ar', 120), 'دقيقتان');
  for (const locale of locales) {
    for (const seconds of [1, 30, 60, 300])
      assert.doesNotMatch(formatExpiry(locale, seconds), /(?![0-9])\p{Nd}|[^\S ]|[()]/u);
  }
});

test('a value that looks like a placeholder stays as it is', () => {
  assert.equal(fillString('{app}: {code}', { app: '{code}', code: '1' }), '{code}: 1');
  assert.equal(fillString('{app}', { app: '$&$1' }), '$&$1');
});
