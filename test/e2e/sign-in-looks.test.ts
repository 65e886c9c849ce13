import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { makeWrong } from '../helpers/otp.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';
import { until } from '../helpers/until.js';

const here = usePageInBrowser(() => ({
  appName: 'Example',
  brandColor: '#0b7a75',
  brandLinks: ['Help=https://help.example.com/otp', 'Privacy=/privacy', 'Imprint=/imprint'],
}));
let people = 0;

type Options = Parameters<typeof here.open>[1];
const wide = { width: 1100, height: 800 };

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

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  describe(`what a person sees, ${how}`, () => {
    test('the own address in full, with a way back to a field that holds it', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      const identity = `looks${++people}@example.com`;
      await ask(page, identity);
      assert.equal(await page.textContent('.lead bdi'), identity);
      await page.click('text=Edit');
      await page.waitForSelector('#identity');
      assert.equal(await page.inputValue('#identity'), identity);
      assert.ok(!page.url().includes('example.com'), page.url());
    });

    test('one field with a slot for each digit, whose heading and hint name the length', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      const code = await ask(page);
      const { length } = code;
      assert.equal(await page.locator('.slot:visible').count(), length);
      assert.equal(await page.locator('input:visible').count(), 1);
      assert.equal(await page.textContent('h1'), `Enter the ${length}-digit code`);
      assert.match((await page.textContent('#hint')) ?? '', new RegExp(`^The code has ${length} digits\\.`));
      assert.equal(await page.getAttribute('#otp', 'aria-describedby'), 'notice hint');
    });

    test('a code that is too short costs no attempt, and stays in the field', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      const code = await ask(page);
      for (const typed of [code.slice(0, 5), '4']) {
        await page.fill('#otp', typed);
        await page.click('#code-form button.primary');
        await page.waitForSelector('.error');
        assert.equal(await page.textContent('.error'), 'The code has 6 digits. We kept what you typed.');
        assert.equal(await page.inputValue('#otp'), typed);
      }
      await page.fill('#otp', makeWrong(code));
      if (!javaScriptEnabled) await page.click('#code-form button.primary');
      await page.getByText("That code isn't right. 4 attempts left.").waitFor();
    });

    test('a national number under the wrong country is asked for its country', async (t) => {
      const page = await open(t, { javaScriptEnabled, locale: 'en-US' });
      await page.fill('#identity', '0151 12345678');
      if (javaScriptEnabled) {
        await page.waitForSelector('#country:visible');
        assert.equal(await page.inputValue('#country'), 'US');
      }
      await page.click('button.primary');
      await page.getByText('Choose your country, or begin the number with +').waitFor();
      await page.selectOption('#country', 'DE');
      await page.click('button.primary');
      await page.waitForSelector('#otp');
      assert.equal(await page.textContent('.lead bdi'), '+4915112345678');
    });

    test('a number that begins with 00 says its country itself', async (t) => {
      const page = await open(t, { javaScriptEnabled, locale: 'en-US' });
      await ask(page, '0049 151 12345679');
      assert.equal(await page.textContent('.lead bdi'), '+4915112345679');
    });

    test('that they are signed in, once, with a tick; and on /sign-out that they can sign out', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      await page.fill('#identity', `looks${++people}@example.com`);
      await page.click('button.primary');
      await page.waitForSelector('#otp');
      await page.fill('#otp', here.service.inbox.lastCode());
      if (!javaScriptEnabled) await page.click('#code-form button.primary');
      await page.waitForSelector('h1 .tick');
      const said = (await page.textContent('main'))?.match(/signed in/gi) ?? [];
      assert.equal(said.length, 1);
      await page.goto(`${here.service.url}/sign-out`);
      assert.deepEqual(
        [await page.title(), await page.textContent('h1')],
        ['Sign out · Example', 'Sign out'],
      );
    });

    test('a language of their own choice, on this page and in the message, which lasts', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      await page.click('.languages summary');
      await page.click('.languages [value=de]');
      await page.getByText('Bei Example anmelden').first().waitFor();
      assert.equal(await page.getAttribute('html', 'lang'), 'de');
      await ask(page);
      assert.equal(here.service.inbox.messages.at(-1)?.locale, 'de');
      const address = page.url();
      await page.click('.languages summary');
      await page.click('.languages [value=ar]');
      await page.waitForSelector('html[dir=rtl] #otp');
      assert.equal(page.url(), address);
      assert.match((await page.textContent('.links')) ?? '', /الخصوصية.*Imprint/s);
    });

    test('what to do when no message comes: the address, the spam folder, the sender, the help', async (t) => {
      const page = await open(t, { javaScriptEnabled });
      await ask(page);
      await page.click('.help summary');
      const help = (await page.locator('.help ul').innerText()).split('\n').filter(Boolean);
      assert.deepEqual(help, [
        'Please check the address or number.',
        'Look in your spam folder.',
        'The sender is Example.',
        'Help',
      ]);
      assert.equal(await page.getAttribute('.help a', 'href'), 'https://help.example.com/otp');
    });
  });
}

test('a sent form is busy until it is answered, and usable again when it is stopped', async (t) => {
  const page = await open(t);
  await page.fill('#identity', 'alice@example.com');
  let isHeld = false;
  await page.route('**/sign-in', (route) => {
    isHeld = true;
    return route.request().method() === 'POST' ? undefined : route.continue();
  });
  // Chromium answers no question while a form is on its way, so the page says by itself what changes.
  const seen: string[] = [];
  page.on('console', (message) => seen.push(message.text()));
  await page.evaluate(`(() => {
    const button = document.querySelector('button.primary');
    const say = () => console.log(JSON.stringify([button.disabled, button.getAttribute('aria-busy'),
      button.form.getAttribute('aria-busy'), getComputedStyle(button, '::before').animationName,
      document.querySelector('#busy').textContent]));
    new MutationObserver(say).observe(document.body, { attributes: true, childList: true, subtree: true });
  })()`);
  await page.dispatchEvent('button.primary', 'click');
  const busy = JSON.stringify([true, 'true', 'true', 'turn', 'One moment…']);
  await until('the form is on its way', async () => isHeld && seen.at(-1) === busy);
  const session = await page.context().newCDPSession(page);
  await session.send('Page.stopLoading');
  const usable = JSON.stringify([false, null, null, 'none', '']);
  await until('the button can be used', async () => seen.at(-1) === usable);
});

test('who wants less motion sees no spinner turn', async (t) => {
  const page = await open(t, { reducedMotion: 'reduce' });
  await page.evaluate("document.querySelector('button.primary').setAttribute('aria-busy', 'true')");
  const name = await page.evaluate(
    "getComputedStyle(document.querySelector('button.primary'), '::before').animationName",
  );
  assert.equal(name, 'none');
});
