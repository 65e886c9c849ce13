import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../helpers/browser.js';
import { documentedPolicy } from '../helpers/documented-policy.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';
import { createShortLadder } from '../helpers/short-ladder.js';

/** How long a puzzle takes is chance, and the machine may be busy. */
const shown = 'stateless-otp-sign-in';

describe('the element that is asked for a human check', () => {
  const here = usePageInBrowser(() => ({
    store: createShortLadder({ free: 0 }),
    dayBudgets: 'enforce',
    humanCheck: { provider: 'altcha' },
  }));

  /** A page with the element, under a policy of its own. */
  async function open(t: Closing, policy: string, script = ''): Promise<Page> {
    const { page, context } = await here.open(t);
    await context.route(`${here.service.url}/app`, (route) =>
      route.fulfill({
        headers: { 'content-type': 'text/html', 'content-security-policy': policy },
        body: `<!doctype html><html lang="en"><head><title>App</title><link rel="icon" href="data:,">
<script type="module" src="/sign-in/elements.js"></script></head>
<body><main><h1>App</h1><stateless-otp-sign-in></stateless-otp-sign-in></main></body></html>`,
      }),
    );
    await page.addInitScript(script);
    await page.goto(`${here.service.url}/app`);
    return page;
  }

  async function ask(page: Page, identity: string) {
    await page.fill(`${shown} #identity`, identity);
    await page.click(`${shown} button`);
  }

  const base = "default-src 'none'; img-src data:";

  test('solves it in a worker without a click, and says so to screen readers', async (t) => {
    const page = await open(t, `${base}; ${documentedPolicy(here.service.url, 'altcha')}`);
    const workers: string[] = [];
    page.on('worker', (worker) => workers.push(worker.url()));
    const said = page.waitForSelector(`${shown} [role=status]:has-text("One moment")`);
    await ask(page, 'alice@example.com');
    await said;
    await assertAccessible(page, 'while it is solved');
    await page.waitForSelector(`${shown} otp-input`);
    assert.match(workers.join(), /^blob:/);
    assert.equal(here.service.inbox.messages.at(-1)?.to, 'alice@example.com');
  });

  test('solves it where the page lets in no worker and the browser has no WebCrypto, as on plain http', async (t) => {
    const page = await open(
      t,
      `${base}; ${documentedPolicy(here.service.url)}`,
      `Object.defineProperty(crypto, 'subtle', { value: undefined })`,
    );
    await ask(page, 'bob@example.com');
    await page.waitForSelector(`${shown} otp-input`);
    assert.equal(here.service.inbox.messages.at(-1)?.to, 'bob@example.com');
  });
});
