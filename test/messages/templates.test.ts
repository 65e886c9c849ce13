import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createRenderer, type RendererOptions } from '../../src/messages/render.js';
import { readCodeBlocks } from '../helpers/docs.js';

const input = { code: '482931', expiresInSeconds: 300 };

function withFolder<Result>(files: Record<string, string | Buffer>, run: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'otp-templates-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const create = (files: Record<string, string | Buffer>, options: RendererOptions = {}) =>
  withFolder(files, (templatesDir) => createRenderer({ ...options, templatesDir }));

function assertRefused(files: Record<string, string | Buffer>, message: RegExp, options?: RendererOptions) {
  assert.throws(() => create(files, options), { name: 'RangeError', message });
}

test('a file overrides ours for all locales, one in a locale folder for that locale, and the rest stays', () => {
  const render = create(
    {
      'email.subject.txt': '{{code}} for {{appName}}\n',
      'email.html': '<p>{{code}} <b title="{{appName}}">{{duration}}</b></p>',
      'sms.text.txt': '{{code}} {{duration}} & <more>\n',
      'de/email.html': '<p lang="{{locale}}" dir="{{direction}}">{{title}}: {{code}}</p>',
      'de/email.text.txt': '{{subject}}\n{{code}}\n',
      '.DS_Store': '{{',
    },
    { appName: 'A & B', origin: 'https://example.com' },
  );
  const mail = (locale: string) => render({ channel: 'email', locale, ...input });
  assert.equal(mail('fr').subject, '482931 for A & B');
  assert.equal(mail('fr').html, '<p>482931 <b title="A &#38; B">5 minutes</b></p>');
  assert.match(mail('fr').text, /^Votre code à usage unique pour A & B\n/);
  assert.equal(mail('de').html, '<p lang="de" dir="ltr">Ihr Einmalcode für A &#38; B: 482931</p>');
  assert.equal(mail('de').text, '482931 for A & B\n482931\n');
  const sms = render({ channel: 'sms', locale: 'de', ...input });
  assert.equal(sms.text, '482931 5 Minuten & <more>\n@example.com #482931');
});

test('the whole email.html of the documentation is a template', () => {
  const [block] = readCodeBlocks('docs/messages.md').filter(({ language }) => language === 'html');
  const { html } = create({ 'email.html': block?.code ?? '' })({ channel: 'email', ...input });
  assert.match(html ?? '', /<strong dir="ltr">482931<\/strong>/);
  assert.doesNotMatch(html ?? '', /[{}]/);
});

test('CSS may hold braces, and a byte order mark is no text', () => {
  const render = create({ 'email.html': '\uFEFF<style>@media print{p{color:red}}</style>{{ code }}' });
  const { html } = render({ channel: 'email', ...input });
  assert.equal(html, '<style>@media print{p{color:red}}</style>482931');
});

test('a misspelt variable is refused with its file, its line and what is allowed', () => {
  assertRefused(
    { 'de/email.html': '<p>\n{{code}}\n{{ exspires }}' },
    /de\/email\.html:3: \{\{ exspires \}\} is not a variable; allowed: \{\{code\}\}, \{\{appName\}\}, /,
  );
  for (const name of ['Code', 'constructor', '__proto__', '#if', '/if', '>x', 'code|upper', '1+1', '']) {
    assertRefused({ 'sms.text.txt': `{{code}}\r\n{{${name}}}` }, /sms\.text\.txt:2: /);
  }
});

test('braces that are not closed are refused with their line', () => {
  for (const bad of ['{{code', '{{code}', '{{\ncode}}', '{{{code}}}', '{{co de}}'])
    assertRefused({ 'email.text.txt': `a\n{{code}}\n${bad}` }, /email\.text\.txt:3: \{\{ is not followed/);
});

test('a template without the code is refused, but for the subject', () => {
  for (const name of ['email.text.txt', 'email.html', 'sms.text.txt'])
    assertRefused({ [name]: 'a\nb\n' }, /:2: \{\{code\}\} is missing; allowed: /);
  create({ 'email.subject.txt': 'Sign in' });
});

test('a subject that would show what it must not, or nothing, or two lines is refused', () => {
  assertRefused({ 'email.subject.txt': '{{code}}' }, /email\.subject\.txt:1: \{\{code\}\} is switched off/, {
    isCodeInSubject: false,
  });
  assertRefused({ 'email.subject.txt': '{{subject}}' }, /:1: \{\{subject\}\} is not a variable/);
  assertRefused({ 'email.subject.txt': '\n' }, /:1: a subject is not empty/);
  assertRefused({ 'email.subject.txt': 'a\r\nBcc: b@example.com' }, /:2: a subject is one line/);
});

test('a name that is not set cannot be shown', () => {
  assertRefused({ 'sms.text.txt': '{{code}} {{appName}}' }, /:1: \{\{appName\}\} needs the option appName/);
});

test('a file or folder of an unknown name is refused, with those that are known', () => {
  assertRefused({ 'mail.html': '' }, /mail\.html is not a template; allowed: email\.subject\.txt, /);
  assertRefused({ 'la/email.html': '{{code}}' }, /la is not a template; .* folders named en, de, /);
  assertRefused({ 'pt/email.html': '{{code}}' }, /pt is not a template/);
  assertRefused({ 'de/readme.md': '' }, /de\/readme\.md is not a template; allowed: /);
  assertRefused({ de: '' }, /de is not a template/);
});

test('what cannot be read is refused', () => {
  assert.throws(() => createRenderer({ templatesDir: '/nowhere/at/all' }), /templatesDir .* cannot be read/);
  assertRefused({ 'email.html': Buffer.from([0x7b, 0xff]) }, /email\.html cannot be read/);
  assertRefused({ 'email.html': `{{code}}${' '.repeat(100_000)}` }, /larger than 100000 bytes/);
  assertRefused({ 'email.html/x': '' }, /email\.html cannot be read/);
});

test('files are read at creation and never again', () => {
  const render = create({ 'sms.text.txt': 'Use {{code}}' });
  assert.equal(render({ channel: 'sms', ...input }).text, 'Use 482931');
});
