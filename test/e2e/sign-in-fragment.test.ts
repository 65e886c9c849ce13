import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';

/** An application that routes by fragments, and the proxy before it: browsers send neither of them the fragment. */
let app: Server;
let appUrl: string;
const here = usePageInBrowser((url) => ({ publicUrl: url }));

before(async () => {
  app = createServer((request, response) => {
    response.writeHead(302, {
      Location: `${here.service.url}/sign-in?rd=${encodeURIComponent(request.url ?? '')}`,
    });
    response.end();
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  appUrl = `http://localhost:${(app.address() as AddressInfo).port}`;
});
after(() => app?.close());

let people = 0;

async function openApp(t: Closing, target: string, options = {}): Promise<Page> {
  const { page } = await here.open(t, options);
  await page.goto(`${appUrl}${target}`);
  await page.waitForSelector('#identity');
  return page;
}

/** Where the person ends. */
async function signIn(page: Page, hasScripts = true): Promise<string> {
  await page.fill('#identity', `person${++people}@example.com`);
  await page.click('button.primary');
  await page.waitForSelector('#otp');
  await page.fill('#otp', here.service.inbox.lastCode());
  if (!hasScripts) await page.click('#code-form button.primary');
  await page.waitForURL(/\/app/);
  const { pathname, search, hash } = new URL(page.url());
  return pathname + search + hash;
}

// Reported of other gates: people who opened a link to /#/reports/7 signed in and ended at /.
test('a person ends at the fragment that the link had', async (t) => {
  for (const target of ['/app#/reports/7?year=2026', '/app?a=1#b=2&c', '/app#caf%C3%A9', '/app#one#two']) {
    assert.equal(await signIn(await openApp(t, target)), target);
  }
});

test('also after a typing error, and after choosing a language', async (t) => {
  const page = await openApp(t, '/app#/reports/7');
  await page.click('.languages summary');
  await page.click('[name=locale][value=de]');
  await page.waitForSelector('html[lang=de]');
  await page.fill('#identity', 'nobody');
  await page.click('button.primary');
  await page.waitForSelector('[aria-invalid]');
  assert.equal(await signIn(page), '/app#/reports/7');
});

// Attack: a fragment that makes the service drop the whole way back, or lead elsewhere.
test('a fragment that could not be kept costs the fragment alone', async (t) => {
  for (const fragment of ['#a\\b', `#${'a'.repeat(1100)}`, '#']) {
    assert.equal(await signIn(await openApp(t, `/app${fragment}`)), '/app');
  }
});

test('without scripts a person ends at the page', async (t) => {
  const page = await openApp(t, '/app#/reports/7', { javaScriptEnabled: false });
  assert.equal(await signIn(page, false), '/app');
});
