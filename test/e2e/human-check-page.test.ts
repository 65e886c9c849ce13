import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { assertAccessible, watchComplaints } from '../helpers/browser.js';
import { usePageInBrowser } from '../helpers/page-in-browser.js';
import { createShortLadder } from '../helpers/short-ladder.js';

/** How long a puzzle takes is chance, and the machine may be busy. */

const notice = (page: Page) => page.textContent('#notice');

function watchHosts(context: BrowserContext): Set<string> {
  const hosts = new Set<string>();
  context.on('request', (request) => {
    if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).origin);
  });
  return hosts;
}

describe('a puzzle on the sign-in page', () => {
  const here = usePageInBrowser(() => ({
    store: createShortLadder({ free: 0 }),
    dayBudgets: 'enforce',
    humanCheck: { provider: 'altcha' },
  }));

  async function ask(page: Page, identity: string) {
    await page.goto(`${here.service.url}/sign-in`);
    await page.fill('#identity', identity);
    await page.click('button.primary');
  }

  test('is solved in a worker without a click, told to screen readers, without a flaw that axe finds or a third party', async (t) => {
    const { page, context } = await here.open(t);
    const complaints: string[] = [];
    watchComplaints(page, complaints);
    const hosts = watchHosts(context);
    const workers: string[] = [];
    // Until it has been looked at, the worker does not start.
    let release = () => {};
    const looked = new Promise<void>((resolve) => (release = resolve));
    await context.route('**/solver-*.js', async (route) => {
      await looked;
      await route.continue();
    });
    page.on('worker', (worker) => workers.push(new URL(worker.url()).pathname));
    await ask(page, 'alice@example.com');
    await page.waitForSelector('form[aria-busy]');
    assert.match((await notice(page)) ?? '', /^One moment/);
    assert.equal(await page.getAttribute('#notice', 'aria-live'), 'polite');
    assert.equal(await page.isDisabled('button.primary'), true);
    assert.equal(await page.getAttribute('button.primary', 'aria-busy'), 'true');
    assert.equal(await page.getAttribute('#identity', 'aria-invalid'), null);
    assert.equal(await page.inputValue('#identity'), 'alice@example.com');
    await assertAccessible(page, 'while it is solved');
    release();
    await page.waitForURL('**/sign-in/code');
    assert.equal(workers.length, 1);
    assert.match(workers[0] ?? '', /^\/sign-in\/assets\/solver-/);
    assert.deepEqual([...hosts], [here.service.url]);
    assert.deepEqual(complaints, []);
    // The code works, and so does asking for another one, which takes another puzzle.
    const sent = here.service.inbox.messages.length;
    await page.click('#resend-form button');
    await page.waitForSelector('.good');
    assert.equal(here.service.inbox.messages.length, sent + 1);
    await page.fill('#otp', here.service.inbox.lastCode());
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('is not sent for what is typed in the meantime', async (t) => {
    const { page, context } = await here.open(t);
    await context.route('**/solver-*.js', () => {});
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1000);
    await ask(page, 'bob@example.com');
    await page.waitForSelector('form[aria-busy]');
    await page.fill('#identity', 'bobby@example.com');
    assert.equal(await page.isDisabled('button.primary'), false);
    assert.match((await notice(page)) ?? '', /try again in 2 hours/);
    assert.equal(await page.getAttribute('form', 'aria-busy'), null);
    // The announcement of what the page began with is due only now.
    await page.clock.runFor(1000);
    assert.equal(await page.locator('#notice p').count(), 1);
  });

  test('that cannot be fetched leaves how long to wait, and a button that works', async (t) => {
    const { page, context } = await here.open(t);
    await context.route('**/solver-*.js', (route) => route.abort());
    await ask(page, 'carol@example.com');
    await page.waitForSelector('.error');
    assert.match((await notice(page)) ?? '', /try again in 2 hours/);
    assert.equal(await page.isDisabled('button.primary'), false);
  });

  test('without scripts, the page says how long to wait', async (t) => {
    const { page } = await here.open(t, { javaScriptEnabled: false });
    await ask(page, 'dave@example.com');
    await page.waitForSelector('.error');
    assert.match((await notice(page)) ?? '', /try again in 2 hours/);
  });
});

describe('a puzzle that the service never accepts', () => {
  const here = usePageInBrowser(() => {
    const store = createShortLadder({ free: 0 });
    const never = { ...store, claim: async () => false };
    return { store: never, dayBudgets: 'enforce', humanCheck: { provider: 'altcha' } };
  });

  test('is not solved for ever', async (t) => {
    // Attack: none; a browser whose network changes with each request would be busy until its battery is empty.
    const { page } = await here.open(t);
    let posts = 0;
    page.on('request', (request) => void (request.method() === 'POST' && posts++));
    await page.goto(`${here.service.url}/sign-in`);
    await page.fill('#identity', 'alice@example.com');
    await page.click('button.primary');
    await page.waitForSelector('form:not([aria-busy]) .error');
    assert.equal(posts, 4);
    assert.match((await notice(page)) ?? '', /try again in 2 hours/);
  });
});

describe('Turnstile on the sign-in page', () => {
  const siteKey = '1x00000000000000000000AA';
  const here = usePageInBrowser(() => ({
    store: createShortLadder({ free: 0 }),
    dayBudgets: 'enforce',
    humanCheck: { provider: 'turnstile', siteKey, secret: '1x0000000000000000000000000000000AA' },
  }));

  test('is loaded only where it is asked for, and its token is sent by itself', async (t) => {
    const { page, context } = await here.open(t);
    const complaints: string[] = [];
    watchComplaints(page, complaints);
    const hosts = watchHosts(context);
    await context.route('https://challenges.cloudflare.com/**', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `window.turnstile = { render(container, options) {
          document.querySelector(container).textContent = 'widget for ' + options.sitekey;
          window.token = options.callback;
        } };`,
      }),
    );
    const first = await page.goto(`${here.service.url}/sign-in`);
    assert.doesNotMatch(first?.headers()['content-security-policy'] ?? '', /cloudflare/);
    assert.deepEqual([...hosts], [here.service.url]);
    await page.fill('#identity', 'alice@example.com');
    await page.click('button.primary');
    await page.waitForSelector('form[aria-busy]');
    assert.equal(await page.textContent('#turnstile'), `widget for ${siteKey}`);
    assert.deepEqual([...hosts].sort(), [here.service.url, 'https://challenges.cloudflare.com'].sort());
    await assertAccessible(page, 'Turnstile');
    const posted = page.waitForRequest((request) => request.method() === 'POST');
    await page.evaluate(`window.token('a-token')`);
    assert.match((await posted).postData() ?? '', /human_check=a-token/);
    assert.deepEqual(complaints, []);
  });
});
