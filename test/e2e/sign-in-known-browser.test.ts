import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { assertAccessible, launchBrowser } from '../helpers/browser.js';
import { startInProcess } from '../helpers/in-process.js';

const alice = 'alice@example.com';

let browser: Browser;
let service: Awaited<ReturnType<typeof startInProcess>>;
before(async () => {
  service = await startInProcess(() => ({ requestIdentityMax: 1000 }));
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  service?.close();
});

async function open(t: { after(fn: () => Promise<void>): void }) {
  const context = await browser.newContext();
  t.after(() => context.close());
  return { context, page: await context.newPage() };
}

async function signIn(page: Page, identity = alice): Promise<void> {
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#identity', identity);
  await page.click('button.primary');
  await page.waitForURL('**/sign-in/code');
  // The last digit sends the form.
  await page.fill('#otp', service.inbox.lastCode());
  await page.waitForSelector('button[name=forget]');
}

const findCookie = async (context: BrowserContext) =>
  (await context.cookies()).find(({ name }) => name === 'otp_devices');

test('a browser keeps the cookie for 180 days where no script sees it, when its owner signs out and when it restarts', async (t) => {
  const { context, page } = await open(t);
  await signIn(page);
  const cookie = await findCookie(context);
  assert.ok(cookie);
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Lax', '/']);
  const days = (cookie.expires - Date.now() / 1000) / 86_400;
  assert.ok(days > 179 && days <= 180, `${days} days`);
  assert.doesNotMatch(await page.evaluate<string>('document.cookie'), /otp_devices/);

  await page.click('form:has(button[name=forget]) button:not([name])');
  await page.waitForSelector('#identity');
  assert.equal((await findCookie(context))?.value, cookie.value);
  const restarted = await browser.newContext({ storageState: await context.storageState() });
  t.after(() => restarted.close());
  await signIn(await restarted.newPage());
  const renewed = await findCookie(restarted);
  assert.ok(renewed && renewed.value !== cookie.value);
});

test('"sign out and forget this browser" is a button that axe has nothing against, and leaves no cookie of ours', async (t) => {
  const { context, page } = await open(t);
  await signIn(page);
  await assertAccessible(page, 'signed in');
  await page.click('button[name=forget]');
  await page.waitForSelector('#identity');
  assert.match(await page.innerText('#notice'), /signed out/);
  const left = (await context.cookies()).map(({ name }) => name);
  assert.deepEqual(
    left.filter((name) => name !== 'otp_challenge'),
    [],
  );
});
