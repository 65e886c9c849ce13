import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels } from '../../src/core/policy.js';
import { createRenderer } from '../../src/messages/render.js';
import { compileTemplate } from '../../src/messages/template.js';

const input = { code: '482931', expiresInSeconds: 300 };
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style><h1>',
  '<!--[if mso]><a href="https://evil.example">',
  'A & B <C> "D"',
  '&lt;b&gt;',
];

// Attack: an application's name that is mark-up.
test('a name is text in HTML, whatever it holds', () => {
  const tags = (html = '') => html.match(/<[^>]*>/g) ?? [];
  const harmless = createRenderer({ appName: 'Example' })({ channel: 'email', ...input });
  for (const appName of hostile) {
    const { html = '', text, subject } = createRenderer({ appName })({ channel: 'email', ...input });
    assert.deepEqual(tags(html), tags(harmless.html), appName);
    const escaped = appName.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
    assert.ok(html.includes(`<h1 `) && html.includes(escaped), appName);
    assert.ok(text.includes(appName) && subject.includes(appName), appName);
  }
});

// Attack: a second header, or a second last line that binds the code to another site.
test('line ends of a name get into no subject and no SMS', () => {
  for (const end of ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029', '\v', '\f', '\0']) {
    const render = createRenderer({
      appName: `Evil${end}Bcc: victim@example.com${end}@evil.example #1${end}`,
    });
    for (const channel of channels) {
      const { subject, text } = render({ channel, ...input });
      assert.doesNotMatch(subject, /[\p{Cc}\p{Zl}\p{Zp}]/u);
      assert.doesNotMatch(text, /^(Bcc|@evil)/m);
    }
  }
});

test('a name that looks like a variable is shown as it is', () => {
  const { html = '', text } = createRenderer({ appName: '{{code}} {code} {in}' })({
    channel: 'email',
    ...input,
  });
  assert.ok(html.includes('{{code}} {code} {in}') && text.includes('{{code}} {code} {in}'));
});

test('an HTML template escapes values, a text template does not, and neither looks at a value twice', () => {
  const options = { file: 'x', variables: ['a', 'b'] };
  const values = { a: `<{{b}}&"'>`, b: '$&' };
  assert.equal(
    compileTemplate('{{a}}|{{ b }}', { ...options, isHtml: true }).fill(values),
    '&#60;{{b}}&#38;&#34;&#39;&#62;|$&#38;',
  );
  assert.equal(compileTemplate('{{a}}|{{ b }}', { ...options, isHtml: false }).fill(values), `<{{b}}&"'>|$&`);
});

test('an e-mail fetches nothing, links nowhere and runs nothing', () => {
  const { html = '' } = createRenderer({ appName: 'Example' })({ channel: 'email', ...input });
  assert.doesNotMatch(html, /https?:|<(a|img|link|script|iframe|form|object|svg)\b|url\(|@import|\bon\w+=/i);
});

test('the code is one run of text near the top of an e-mail, and in the subject only if wanted', () => {
  const shown = createRenderer()({ channel: 'email', ...input });
  assert.equal(shown.html?.split('482931').length, 3, 'the title and the code');
  assert.match(shown.subject, /^482931 – /);
  const hidden = createRenderer({ isCodeInSubject: false })({ channel: 'email', ...input });
  assert.equal(hidden.html?.split('482931').length, 2, 'the code alone');
  assert.doesNotMatch(hidden.subject, /\d/);
  assert.ok(hidden.text.split('\n').slice(0, 6).includes('482931'));
});

test('an option of the wrong kind is refused by name', () => {
  assert.throws(() => createRenderer({ appName: 7 as never }), { name: 'TypeError', message: /^appName / });
  assert.throws(() => createRenderer({ appName: 'x'.repeat(101) }), {
    name: 'RangeError',
    message: /^appName /,
  });
  assert.throws(
    () => createRenderer({ defaultLocale: 'xx' as never }),
    /^RangeError: defaultLocale must be one of en, /,
  );
});
