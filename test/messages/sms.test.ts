import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Locale, locales } from '../../src/messages/catalogue.js';
import { createRenderer } from '../../src/messages/render.js';
import { measureSms } from '../../src/messages/sms.js';

const origin = 'https://example.com';
/** What GSM-7 cannot write. All others keep to it for a usual life; Polish leaves it for "minutę" alone. */
const beyondGsm: Locale[] = ['ru', 'uk', 'ar', 'he', 'hi', 'ja', 'ko', 'zh-CN', 'zh-TW', 'vi'];
const gsm = locales.filter((locale) => !beyondGsm.includes(locale));
const lives = [30, 59, 60, 120, 180, 300, 600];

test('an SMS is one segment in every locale, for every length of code and life, with and without origin', () => {
  for (const options of [{}, { appName: 'Example' }, { origin }, { appName: 'Example', origin }]) {
    const render = createRenderer(options);
    for (const locale of locales) {
      for (const code of ['4829', '482931', '4829310567']) {
        for (const expiresInSeconds of lives) {
          const { text } = render({ channel: 'sms', locale, code, expiresInSeconds });
          const { length, limit } = measureSms(text);
          assert.ok(length <= limit, `${locale}: ${length} of ${limit}\n${text}`);
          assert.ok(text.includes(code));
        }
      }
    }
  }
});

test('languages that GSM-7 can write are written in it, so that all there is to say fits', () => {
  for (const options of [{}, { appName: 'Example', origin }]) {
    for (const locale of gsm) {
      const { text } = createRenderer(options)({
        channel: 'sms',
        locale,
        code: '482931',
        expiresInSeconds: 300,
      });
      assert.equal(measureSms(text).alphabet, 'GSM-7', `${locale} (or is it one of beyondGsm?):\n${text}`);
      assert.equal(text.split('\n').length, 'origin' in options ? 4 : 3);
    }
  }
});

test('without name and origin, six digits and five minutes leave room for everything in every locale', () => {
  for (const locale of locales) {
    const { text } = createRenderer()({ channel: 'sms', locale, code: '482931', expiresInSeconds: 300 });
    assert.equal(text.split('\n').length, 3, text);
  }
});

test('the last line of an SMS binds the code to the origin, and no other channel has it', () => {
  const render = createRenderer({ origin: 'https://sign-in.example.com:8443/' });
  const input = { code: '482931', expiresInSeconds: 300 };
  assert.equal(
    render({ channel: 'sms', ...input })
      .text.split('\n')
      .at(-1),
    '@sign-in.example.com #482931',
  );
  for (const channel of ['email', 'whatsapp', 'voice', 'custom'] as const)
    assert.doesNotMatch(render({ channel, ...input }).text, /[@#]/);
  const idn = createRenderer({ origin: 'https://bücher.example' });
  assert.match(idn({ channel: 'sms', ...input }).text, /\n@xn--bcher-kva\.example #482931$/);
});

test('an origin that no page can have is refused', () => {
  for (const bad of [
    '',
    'example.com',
    'http://example.com',
    'ftp://example.com',
    'https://example.com/path',
    'https://example.com/?a',
    'https://user@example.com',
    'https://192.0.2.1',
    'https://[::1]',
    'javascript:alert(1)',
    'https://exa mple.com',
  ]) {
    assert.throws(() => createRenderer({ origin: bad }), /origin must be the origin of a page/, bad);
  }
  createRenderer({ origin: 'http://localhost:8000' });
});

test('a long name costs the life and the advice, never the code or the origin', () => {
  const render = createRenderer({ appName: 'Приложение '.repeat(5), origin });
  const { text } = render({ channel: 'sms', locale: 'ru', code: '482931', expiresInSeconds: 300 });
  assert.match(text, /^Код для Приложение .*: 482931\n@example\.com #482931$/);
});

test('segments are measured as 3GPP TS 23.038 counts', () => {
  assert.deepEqual(measureSms('a'.repeat(160)), { alphabet: 'GSM-7', length: 160, limit: 160, segments: 1 });
  assert.deepEqual(measureSms('€[]'), { alphabet: 'GSM-7', length: 6, limit: 160, segments: 1 });
  assert.deepEqual(measureSms('ç'), { alphabet: 'UCS-2', length: 1, limit: 70, segments: 1 });
  assert.deepEqual(measureSms('😀'), { alphabet: 'UCS-2', length: 2, limit: 70, segments: 1 });
  for (const [letter, lengths] of Object.entries({ a: [161, 306, 307], ç: [71, 134, 135] })) {
    assert.deepEqual(
      lengths.map((length) => measureSms(letter.repeat(length)).segments),
      [2, 2, 3],
    );
  }
});
