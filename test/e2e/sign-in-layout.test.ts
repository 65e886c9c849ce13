import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { catalogue } from '../../src/messages/catalogue.js';
import { assertAccessible } from '../helpers/browser.js';
import { makeWrong } from '../helpers/otp.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';

const here = usePageInBrowser(() => ({
  resendCooldownSeconds: 45,
  appName: 'Example',
  brandColor: '#0b7a75',
  brandLinks: ['Help=https://help.example.com/otp', 'Privacy=/privacy', 'Imprint=/imprint'],
}));
let people = 0;

type Options = Parameters<typeof here.open>[1];
const wide = { width: 1100, height: 800 };
const narrow = { width: 320, height: 640 };

async function open(t: Closing, options: Options = {}): Promise<Page> {
  const { page } = await here.open(t, { locale: 'en', viewport: wide, ...options });
  await page.goto(`${here.service.url}/sign-in`);
  return page;
}

async function ask(page: Page, identity = `looks${++people}@example.com`): Promise<string> {
  await page.fill('#identity', identity);
  await page.click('button.primary');
  await page.waitForSelector('#otp');
  return here.service.inbox.lastCode();
}

const style = (page: Page, selector: string, property: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`);
const place = async (page: Page, selector: string) => {
  const box = await page.locator(selector).first().boundingBox();
  assert.ok(box, selector);
  return box;
};

test('an error shows on the border of a field that has the focus, and moves nothing', async (t) => {
  for (const viewport of [wide, narrow]) {
    // The languages with the longest sentences, and one from right to left.
    for (const locale of viewport === wide ? (['de', 'ar'] as const) : (['de', 'ru', 'vi', 'ar'] as const)) {
      const page = await open(t, { locale, viewport });
      const name = `${locale} at ${viewport.width}`;
      const watched = ['h1', '#identity', 'button.primary', 'footer'];
      const before = await Promise.all(watched.map((one) => place(page, one)));
      await page.fill('#identity', 'nobody');
      await page.click('button.primary');
      await page.waitForSelector('.error');
      assert.deepEqual(await Promise.all(watched.map((one) => place(page, one))), before, name);
      assert.equal(await page.evaluate('document.activeElement.id'), 'identity');
      assert.equal(await style(page, '#identity', 'borderColor'), 'rgb(179, 38, 30)', name);

      const code = await ask(page);
      const parts = ['h1', '.slots', '#code-form button.primary', '#resend-form', 'footer'];
      const places = await Promise.all(parts.map((one) => place(page, one)));
      await page.fill('#otp', makeWrong(code));
      await page.waitForSelector('.error');
      assert.deepEqual(await Promise.all(parts.map((one) => place(page, one))), places, name);
      assert.equal(await page.evaluate('document.activeElement.id'), 'otp');
      assert.equal(await style(page, '.slot', 'borderColor'), 'rgb(179, 38, 30)', name);
      await page.fill('#otp', '12');
      await page.click('#code-form button.primary');
      await page.getByText(catalogue[locale].page.keptCode).waitFor();
      assert.deepEqual(await Promise.all(parts.map((one) => place(page, one))), places, name);
      await page.context().close();
    }
  }
});

test('everything begins at one edge, the name is there once, and every step at one height', async (t) => {
  for (const locale of ['en', 'ar'] as const) {
    const page = await open(t, { locale });
    const edges = async (selectors: string[]) => {
      const boxes = await Promise.all(selectors.map((one) => place(page, one)));
      return new Set(boxes.map(({ x, width }) => Math.round(locale === 'ar' ? x + width : x)));
    };
    assert.equal((await edges(['.mark', 'h1', '#identity', '.hint', 'button.primary', '.links'])).size, 1);
    const count = async () => ((await page.locator('body').innerText()).match(/Example/g) ?? []).length;
    assert.equal(await count(), 1);
    const { y } = await place(page, 'main');
    assert.ok(y > 100, 'not at the top of a large screen');
    await ask(page);
    const step = [
      '.mark',
      'h1',
      '.lead',
      '.slots',
      '#code-form button.primary',
      '#resend-form .quiet',
      '.links',
    ];
    assert.equal((await edges(step)).size, 1, locale);
    assert.equal((await place(page, 'main')).y, y);
    await page.click('.help summary');
    assert.equal((await place(page, 'main')).y, y);
  }
});

test('each digit is in the middle of its slot, whatever the length, and other text can be read', async (t) => {
  for (const viewport of [wide, narrow]) {
    const page = await open(t, { viewport });
    await ask(page);
    for (const length of [4, 6, 8, 10]) {
      // As the service would have sent it for a code of this length.
      await page.evaluate(`{
        const slots = document.querySelector('.slots');
        const slot = slots.querySelector('.slot');
        for (const one of slots.querySelectorAll('.slot')) one.remove();
        slots.append(...Array.from({ length: ${length} }, () => slot.cloneNode()));
        slots.dataset.length = '${length}';
        const field = document.querySelector('#otp');
        field.pattern = '[0-9]{0,${length}}';
        field.value = '8'.repeat(${length - 1});
      }`);
      const { advance, slot, indent } = await page.evaluate<Record<string, number>>(`(() => {
        const field = document.querySelector('#otp');
        const { letterSpacing, textIndent, fontWeight, fontSize, fontFamily } = getComputedStyle(field);
        const context = document.createElement('canvas').getContext('2d');
        context.font = [fontWeight, fontSize, fontFamily].join(' ');
        const { width } = context.measureText('0');
        const [one, two] = [...document.querySelectorAll('.slot')].map((s) => s.getBoundingClientRect());
        const middle = parseFloat(textIndent) + width / 2;
        return { advance: width + parseFloat(letterSpacing), slot: two.x - one.x, indent: middle - one.width / 2 };
      })()`);
      assert.ok(Math.abs((advance ?? 0) - (slot ?? 9)) < 0.5, `${length}: ${advance} is not ${slot}`);
      assert.ok(Math.abs(indent ?? 9) < 1, `${length}: ${indent} off the middle`);
    }
    await page.fill('#otp', 'Use 123456 or 654321 to go on.');
    assert.equal(await style(page, '.slot', 'visibility'), 'hidden');
    assert.equal(await style(page, '#otp', 'letterSpacing'), 'normal');
    await page.context().close();
  }
});

test('the button has exactly the brand colour, on light and on dark, and the icon of the tab too', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(t, { colorScheme });
    assert.equal(await style(page, 'button.primary', 'backgroundColor'), 'rgb(11, 122, 117)');
    const icon = decodeURIComponent((await page.getAttribute('link[rel=icon]', 'href')) ?? '');
    assert.match(icon, /^data:image\/svg\+xml,<svg .*#0b7a75.*>E</);
    await assertAccessible(page, colorScheme);
  }
});

test('whatever the width, a full stop follows the address and a number stays with its unit', async (t) => {
  for (const locale of ['en', 'de', 'ar'] as const) {
    const page = await open(t, { locale });
    await ask(page);
    const parted = await page.evaluate<string[]>(`(() => {
      const main = document.querySelector('main');
      const lead = document.querySelector('.lead');
      const topOf = (node, from, to) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, to);
        return range.getBoundingClientRect().top;
      };
      const parted = [];
      for (let width = 340; width <= 420; width += 3) {
        main.style.width = width + 'px';
        const { firstChild: address, nextSibling: after } = lead.querySelector('bdi');
        const end = topOf(address, address.length - 1, address.length);
        if (/^\\p{P}/u.test(after.data) && topOf(after, 0, 1) - end > 4) parted.push('the stop at ' + width);
        const whole = document.querySelector('h1 .whole');
        if (whole && whole.getClientRects().length > 1) parted.push('the heading at ' + width);
      }
      return parted;
    })()`);
    assert.deepEqual(parted, [], locale);
  }
});

test('a wrong code is red all round without scripts too, in the one colour of errors', async (t) => {
  const page = await open(t, { javaScriptEnabled: false });
  const code = await ask(page);
  await page.fill('#otp', makeWrong(code));
  await page.click('#code-form button.primary');
  await page.waitForSelector('.error');
  assert.equal(await style(page, '.slot', 'borderColor'), 'rgb(179, 38, 30)');
  assert.match(await style(page, '.slot', 'boxShadow'), /^rgb\(179, 38, 30\)/);
});

test('resending is one control, which counts down', async (t) => {
  const page = await open(t);
  await page.clock.install();
  await ask(page);
  const button = page.locator('#resend-form .quiet');
  await page.waitForSelector('#resend-form .left:not(:empty)');
  assert.match((await button.textContent()) ?? '', /^Resend code \(0:4\d\)$/);
  assert.equal(await button.isDisabled(), true);
  await page.clock.runFor(61_000);
  assert.deepEqual([await button.textContent(), await button.isDisabled()], ['Resend code', false]);
});

test('the whole way by keyboard alone, and Escape closes the languages', async (t) => {
  const page = await open(t);
  await page.keyboard.type(`looks${++people}@example.com`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#otp');
  const reached: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('Tab');
    const [name, outline] = await page.evaluate<[string, string]>(
      `(({ activeElement: one, body }) => [one === body ? '' : one.textContent.trim().slice(0, 12), getComputedStyle(one).outlineStyle])(document)`,
    );
    reached.push(name);
    if (name !== '' && page.url().includes('code')) assert.notEqual(outline, 'none', name);
  }
  for (const name of ['Sign in', 'No message y', 'Help', 'Edit'])
    assert.ok(reached.includes(name), `${name}: ${reached}`);
  await page.focus('.languages summary');
  await page.keyboard.press('Enter');
  assert.equal(await page.isVisible('.languages form'), true);
  await assertAccessible(page, 'languages');
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('.languages form'), false);
  await page.focus('#otp');
  await page.keyboard.type(here.service.inbox.lastCode());
  await page.waitForSelector('h1 .tick');
});

test('at 320 pixels, with text twice as large and at 400 % zoom nothing is cut off, with help and languages open', async (t) => {
  const views = [
    { viewport: narrow, fontSize: 16 },
    { viewport: narrow, fontSize: 32 },
    { viewport: { width: 275, height: 200 }, fontSize: 16 },
  ];
  for (const { viewport, fontSize } of views) {
    for (const locale of ['ar', 'de', 'ja'] as const) {
      const { page, context } = await here.open(t, { viewport, locale });
      const session = await context.newCDPSession(page);
      await session.send('Page.setFontSizes', { fontSizes: { standard: fontSize } });
      await page.goto(`${here.service.url}/sign-in`);
      await ask(page);
      assert.equal(await style(page, 'html', 'fontSize'), `${fontSize}px`);
      await page.click('.help summary');
      await page.click('.languages summary');
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      assert.ok(width <= viewport.width, `${locale} at ${fontSize} pixels: ${width} of ${viewport.width}`);
      if (viewport === narrow) await assertAccessible(page, locale);
      await context.close();
    }
  }
});

test('forced colours leave slots, the one in turn and errors to be seen', async (t) => {
  const page = await open(t, { forcedColors: 'active' });
  const code = await ask(page);
  assert.equal(await style(page, '.slot.now', 'outlineStyle'), 'solid');
  assert.equal(await style(page, '.slot:not(.now)', 'outlineStyle'), 'none');
  assert.equal(await style(page, '#otp', 'borderTopWidth'), '0px');
  assert.equal(await style(page, '#otp', 'forcedColorAdjust'), 'none');
  assert.equal(await style(page, 'button.primary', 'borderTopStyle'), 'solid');
  await page.fill('#otp', makeWrong(code));
  await page.waitForSelector('.error');
  await assertAccessible(page, 'forced colours');
});
