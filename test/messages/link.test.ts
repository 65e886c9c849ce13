import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue, locales } from '../../src/messages/catalogue.js';
import { createRenderer } from '../../src/messages/render.js';
import { assertAccessible, launchBrowser } from '../helpers/browser.js';
import { createSignIn } from '../helpers/sign-in.js';

const link = 'https://login.example.com/sign-in/link?k=abc&x="<';
const input = { channel: 'email' as const, code: '482931', expiresInSeconds: 300, link };
const render = createRenderer({ appName: 'Example <& Co>' });

test('an e-mail with a link has it once in each part, after the code, with its own words', () => {
  for (const locale of locales) {
    const { text, html = '' } = render({ ...input, locale });
    assert.equal(text.split(link).length, 2, locale);
    assert.ok(text.indexOf('482931') < text.indexOf(link), locale);
    assert.ok(text.includes(catalogue[locale].page.linkInMessage), locale);
    const [href, ...more] = [...html.matchAll(/ href="([^"]*)"/g)].map((match) => match[1]);
    assert.equal(href, 'https://login.example.com/sign-in/link?k=abc&#38;x=&#34;&#60;');
    assert.equal(more.length, 0);
    assert.ok(html.indexOf('>482931<') < html.indexOf(' href='), locale);
    assert.doesNotMatch(text + html.replace(/<style>[\s\S]*<\/style>/, ''), /\{\{|undefined/);
  }
});

test('without a link, and in a short text, there is none', () => {
  const { link: _link, ...without } = input;
  for (const content of [render(without), render({ ...input, channel: 'sms' })]) {
    assert.doesNotMatch(`${content.text}${content.html ?? ''}`, /href=|login\.example\.com/);
  }
});

test('an e-mail with a link has no flaw that axe finds, in light and dark', async (t) => {
  const browser = await launchBrowser();
  t.after(() => browser.close());
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme });
    await page.setContent(render({ ...input, locale: 'ar' }).html ?? '');
    await assertAccessible(page, colorScheme);
    await page.close();
  }
});

test("templates of one's own for e-mails with a link are files of their own, and must hold it", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'de'));
  writeFileSync(join(folder, 'email.text.txt'), 'plain {{code}}');
  writeFileSync(join(folder, 'email-link.text.txt'), '{{signIn}}: {{link}} or {{code}}');
  writeFileSync(join(folder, 'de', 'email-link.html'), '<a href="{{link}}">{{linkInMessage}}</a>{{code}}');
  const own = createRenderer({ templatesDir: folder });
  assert.equal(own(input).text, `Sign in: ${link} or 482931`);
  assert.match(own({ ...input, locale: 'de' }).html ?? '', /^<a href="https:\/\/login[^"]*">Oder öffnen/);
  const { link: _link, ...without } = input;
  assert.equal(own(without).text, 'plain 482931');

  writeFileSync(join(folder, 'email-link.text.txt'), '{{code}}');
  assert.throws(
    () => createRenderer({ templatesDir: folder }),
    /email-link\.text\.txt:1: \{\{link\}\} is missing/,
  );
  rmSync(join(folder, 'email-link.text.txt'));
  writeFileSync(join(folder, 'email.text.txt'), '{{code}} {{link}}');
  assert.throws(
    () => createRenderer({ templatesDir: folder }),
    /email\.text\.txt:1: \{\{link\}\} is not a variable/,
  );
});

test('only the page sends links, only by e-mail, and only when they are on', async () => {
  const publicUrl = 'https://login.example.com';
  const on = createSignIn({ magicLink: true, publicUrl });
  await on.otp.request('a@example.com', { bind: true });
  await on.ask(on.open(), '+4915112345678');
  await on.ask(on.open(), 'b@example.com');
  assert.deepEqual(
    on.inbox.messages.map(({ text }) => text.includes('/sign-in/link')),
    [false, false, true],
  );
  const off = createSignIn({ publicUrl });
  await off.ask(off.open());
  assert.ok(!off.inbox.messages[0]?.text.includes('/sign-in/link'));
  assert.throws(() => createSignIn({ magicLink: true }), /magicLink needs publicUrl/);
});
