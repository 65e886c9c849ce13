import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createStatelessStore } from '../../src/stores/none.js';
import { assertAccessible, watchComplaints } from '../helpers/browser.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';

const site = await startHttpStub();
after(() => site.close());
let people = 0;
const here = usePageInBrowser(() => ({
  store: createStatelessStore(),
  clock: Date.now,
  corsOrigins: [site.url],
}));

/** The ways in which one code may be written. */
const writings: Record<string, (code: string) => string> = {
  'as it was sent': (code) => code,
  'without its dashes': (code) => code.replaceAll('-', ''),
  'in lower case, with spaces': (code) => code.toLowerCase().replaceAll('-', ' '),
  'with O for 0, I and L for 1': (code) => swap(code, 'I'),
  'with o for 0, l for 1 and long dashes': (code) => swap(code, 'L').toLowerCase().replaceAll('-', '–'),
  'in full width': (code) =>
    code.replace(/[0-9A-Z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
  'in a whole message': (code) =>
    `Order ABCD-1234, 12.50 EUR\nYour code for Example is ${code}\nIt expires in 5 minutes.`,
};
const swap = (code: string, one: string) => code.replaceAll('0', 'O').replaceAll('1', one);

async function paste(page: Page, field: string, text: string): Promise<void> {
  const { origin } = new URL(page.url());
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.focus(field);
  await page.keyboard.press('Control+V');
}

/** A code that has what people confuse: one is asked for until it does. */
async function askUntil(ask: () => Promise<string>): Promise<string> {
  for (;;) {
    const code = await ask();
    if (/0/.test(code) && /1/.test(code)) return code;
  }
}

describe('a code in base32 on the page', () => {
  async function ask(page: Page): Promise<string> {
    await page.goto(`${here.service.url}/sign-in`);
    await page.fill('#identity', `letters${++people}@example.com`);
    await page.click('button.primary');
    await page.waitForSelector('#otp');
    return here.service.inbox.lastCode();
  }

  for (const [how, write] of Object.entries(writings)) {
    for (const [way, bring] of Object.entries({
      pasted: (page: Page, text: string) => paste(page, '#otp', text),
      'filled in': (page: Page, text: string) => page.fill('#otp', text),
    })) {
      test(`signs in when it is ${way} ${how}`, async (t) => {
        const { page } = await here.open(t);
        const code = /O for 0|o for 0/.test(how) ? await askUntil(() => ask(page)) : await ask(page);
        await bring(page, write(code));
        await page.waitForSelector('form[action$="sign-out"]');
      });
    }
  }

  test('signs in when it is typed, in lower case', async (t) => {
    const { page } = await here.open(t);
    const code = await ask(page);
    await page.focus('#otp');
    await page.keyboard.type(code.toLowerCase());
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('signs in without scripts, by the button', async (t) => {
    const { page } = await here.open(t, { javaScriptEnabled: false });
    const code = await ask(page);
    await page.fill('#otp', swap(code, 'I').toLowerCase());
    await page.click('#code-form button.primary');
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('has twelve slots, a heading and a hint that name its length, and what autofill and keyboards ask for', async (t) => {
    for (const locale of ['en', 'ar']) {
      const { page } = await here.open(t, { locale });
      await ask(page);
      assert.equal(await page.locator('.slot').count(), 12);
      assert.match(
        (await page.locator('h1').textContent()) ?? '',
        locale === 'en' ? /^Enter the 12-character code$/ : /12/,
      );
      assert.match((await page.locator('#hint').textContent()) ?? '', /12/);
      const read = (name: string) => page.locator('#otp').getAttribute(name);
      const attributes = await Promise.all(['autocomplete', 'inputmode', 'autocapitalize', 'dir'].map(read));
      assert.deepEqual(attributes, ['one-time-code', 'text', 'characters', 'ltr']);
      // In either direction the letters fit into their slots.
      const [letter = 0, slot = 0] = await page.evaluate<number[]>(`[
        parseFloat(getComputedStyle(document.querySelector('#otp')).fontSize),
        document.querySelector('.slot').clientWidth,
      ]`);
      assert.ok(letter > 0 && letter < slot, `${locale}: ${letter} of ${slot} pixels`);
      await assertAccessible(page, locale);
    }
  });

  test('that is too short or has a U costs no attempt, and stays in the field', async (t) => {
    const { page } = await here.open(t);
    const code = await ask(page);
    for (const wrong of [code.slice(0, 9), `U${code.slice(1)}`]) {
      await page.fill('#otp', wrong);
      await page.click('#code-form button.primary');
      await page.waitForSelector('.error');
      assert.match((await page.locator('.error').textContent()) ?? '', /12 characters/);
    }
    await page.fill('#otp', code);
    await page.waitForSelector('form[action$="sign-out"]');
  });
});

describe('a code in base32 in the element', () => {
  const complaints: string[] = [];

  async function ask(page: Page): Promise<string> {
    await page.reload();
    await page.locator('stateless-otp-sign-in input').fill(`element${++people}@example.com`);
    await page.locator('stateless-otp-sign-in input').press('Enter');
    await page.locator('otp-input').waitFor();
    return here.service.inbox.lastCode();
  }

  async function open(t: Closing, lang = 'en', colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const { url } = here.service;
    const dir = lang === 'ar' ? 'rtl' : 'ltr';
    site.answer({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: `<!doctype html><html lang="${lang}" dir="${dir}"><head><title>Page</title><link rel="icon" href="data:,"><meta name="color-scheme" content="light dark">
<script type="module" src="${url}/sign-in/elements.js"></script></head><body><main><h1>Page</h1>
<stateless-otp-sign-in base-url="${url}/api/v1" strings-url="${url}/sign-in/strings.json"></stateless-otp-sign-in></main></body></html>`,
    });
    const { page } = await here.open(t, { colorScheme });
    watchComplaints(page, complaints);
    await page.goto(site.url);
    return page;
  }

  for (const [how, write] of Object.entries(writings)) {
    test(`signs in when it is pasted ${how}`, async (t) => {
      const page = await open(t);
      const code = /O for 0|o for 0/.test(how) ? await askUntil(() => ask(page)) : await ask(page);
      await paste(page, 'otp-input input', write(code));
      await page.getByText('You are signed in').waitFor();
    });
  }

  test('has twelve slots, and a heading and a hint that name its length, in the dark and in Arabic', async (t) => {
    complaints.length = 0;
    for (const [lang, colorScheme] of [
      ['en', 'dark'],
      ['ar', 'dark'],
      ['ar', 'light'],
    ] as const) {
      const page = await open(t, lang, colorScheme);
      await ask(page);
      assert.equal(await page.locator('otp-input [part=slot]').count(), 12);
      assert.equal(await page.getByText(/\b12\b/).count(), 2);
      const field = page.locator('otp-input input');
      assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
      assert.equal(await field.getAttribute('inputmode'), 'text');
      await assertAccessible(page, colorScheme);
    }
    assert.deepEqual(complaints, []);
  });
});
