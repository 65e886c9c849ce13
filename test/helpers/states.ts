import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createStatelessStore } from '../../src/stores/none.js';
import { createInbox } from '../../src/transports/inbox.js';
import { startInProcess } from './in-process.js';
import { makeWrong } from './otp.js';
import { createShortLadder } from './short-ladder.js';

type OnState = (name: string, page: Page) => Promise<void>;

const desktop = { width: 1100, height: 800 };
const phone = { width: 320, height: 640 };

export const stateVariants = [
  { name: 'en-light', locale: 'en', colorScheme: 'light', viewport: desktop },
  { name: 'en-dark', locale: 'en', colorScheme: 'dark', viewport: phone },
  { name: 'ar-phone', locale: 'ar', colorScheme: 'light', viewport: phone },
  { name: 'ar-phone-dark', locale: 'ar', colorScheme: 'dark', viewport: phone },
] as const;

const noLimits = { requestIpMax: 0, verifyIpMax: 0, requestIdentityMax: 1000, appName: 'Example' };
const links = ['Help=/help', 'Privacy=/privacy', 'Imprint=/imprint'];

/** What a journey does not pass: busy, stopped and closed forms, human checks, the element, the inbox. */
export async function visitStates(
  browser: Browser,
  { name: _, ...variant }: (typeof stateVariants)[number],
  onState: OnState,
): Promise<void> {
  for (const visit of [visitPage, visitBase32, visitHumanCheck, visitElement, visitInbox]) {
    const services: Awaited<ReturnType<Start>>[] = [];
    const context = await browser.newContext(variant);
    const start: Start = async (readOptions) => {
      const service = await startInProcess(readOptions);
      services.push(service);
      return service;
    };
    try {
      await visit({ context, start, locale: variant.locale, onState });
    } finally {
      await context.close();
      for (const service of services) service.close();
    }
  }
}

type Start = typeof startInProcess;

interface Visit {
  context: BrowserContext;
  start: Start;
  locale: string;
  onState: OnState;
}

async function visitPage({ context, start, onState }: Visit): Promise<void> {
  const service = await start((url) => ({
    ...noLimits,
    brandLinks: links,
    magicLink: true,
    publicUrl: url,
    resendCooldownSeconds: 30,
  }));
  const page = await context.newPage();
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#identity', '0151 12345678');
  await page.waitForSelector('#country:visible');
  await onState('page-country', page);
  await page.fill('#identity', 'alice@example.com');
  // As `busy.ts` leaves it while a form is on its way: Chromium takes no picture then.
  await page.evaluate(`{
    const button = document.querySelector('button.primary');
    button.setAttribute('aria-busy', 'true');
    button.disabled = true;
  }`);
  await onState('page-busy', page);
  await page.reload();
  await page.fill('#identity', 'alice@example.com');
  await page.click('button.primary');
  await page.waitForSelector('#resend-form button:disabled');
  await onState('page-resend-closed', page);
  await page.fill('#otp', '12');
  await page.click('#code-form button.primary');
  await page.waitForSelector('.error');
  await onState('page-too-short', page);
  await page.fill('#otp', 'Use the code 12 or the other one');
  await onState('page-other-text', page);
  await page.click('.help summary');
  await page.click('.languages summary');
  await onState('page-help-and-languages', page);
  await page.keyboard.press('Escape');
  service.clock.advance(60_000);
  await page.reload();
  await page.click('#resend-form .quiet');
  await page.waitForSelector('.good');
  await onState('page-sent-again', page);
  const code = service.inbox.lastCode();
  const [link = ''] = /http\S+/.exec(service.inbox.messages.at(-1)?.text ?? '') ?? [];
  await page.goto(link);
  await page.waitForSelector('button.primary');
  await onState('page-link', page);
  await page.goto(`${service.url}/sign-in/code`);
  await page.fill('#otp', code);
  await page.waitForSelector('form[action$="sign-out"]');
  await page.goto(`${service.url}/sign-in?rd=/app`);
  await onState('page-way-on', page);
  await page.goto(`${service.url}/sign-out`);
  await onState('page-sign-out', page);
  await context.clearCookies();
  await page.goto(link);
  await onState('page-link-elsewhere', page);
  await page.goto(`${service.url}/sign-in/link?k=incomplete`);
  await onState('page-link-broken', page);
}

async function visitBase32({ context, start, onState }: Visit): Promise<void> {
  const service = await start(() => ({ ...noLimits, store: createStatelessStore(), clock: Date.now }));
  const page = await context.newPage();
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#identity', 'alice@example.com');
  await page.click('button.primary');
  await page.waitForSelector('#otp');
  await page.fill('#otp', service.inbox.lastCode().slice(0, 9));
  await onState('base32-code', page);
}

async function visitHumanCheck({ context, start, onState }: Visit): Promise<void> {
  const service = await start(() => ({
    ...noLimits,
    store: createShortLadder({ free: 0 }),
    dayBudgets: 'enforce',
    humanCheck: { provider: 'altcha' },
  }));
  // It is never solved.
  await context.route('**/solver-*.js', () => {});
  const page = await context.newPage();
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#identity', 'alice@example.com');
  await page.click('button.primary');
  await page.waitForSelector('form[aria-busy]');
  await onState('human-check-solving', page);
  await page.fill('#identity', 'bob@example.com');
  await onState('human-check-stopped', page);
}

async function visitElement({ context, start, locale, onState }: Visit): Promise<void> {
  const service = await start(() => ({ ...noLimits, resendCooldownSeconds: 30 }));
  const direction = locale === 'ar' ? 'rtl' : 'ltr';
  await context.route(`${service.url}/app`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="${locale}" dir="${direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>App</title>
<style>:root { color-scheme: light dark; background: Canvas; } body { margin: 1rem; display: grid; justify-content: center; }</style>
<script type="module" src="/sign-in/elements.js"></script></head>
<body><main><h1>App</h1>
<stateless-otp-sign-in strings-url="/sign-in/strings.json"></stateless-otp-sign-in></main></body></html>`,
    }),
  );
  const page = await context.newPage();
  const element = page.locator('stateless-otp-sign-in');
  const error = element.locator('[part~=error]:not(:empty)');
  const texts = page.waitForResponse(/strings\.json/);
  await page.goto(`${service.url}/app`);
  await texts;
  await onState('element-identity', page);
  await element.locator('#identity').fill('nobody');
  await element.locator('#identity').press('Enter');
  await error.waitFor();
  await onState('element-not-an-address', page);
  await element.locator('#identity').fill('alice@example.com');
  let release = () => {};
  const looked = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/otp/request', async (route) => {
    await looked;
    await route.continue();
  });
  await element.locator('[part~=primary]').click();
  await element.locator('button[aria-busy]').waitFor();
  await onState('element-busy', page);
  release();
  const field = element.locator('otp-input input');
  await field.waitFor();
  const code = service.inbox.lastCode();
  await field.fill(code.slice(0, 3));
  await onState('element-code', page);
  await element.locator('[part~=primary]').click();
  await error.waitFor();
  await onState('element-too-short', page);
  await field.fill(makeWrong(code));
  await error.waitFor();
  await onState('element-wrong-code', page);
  await field.fill(code);
  await element.locator('[part~=success]:not(:empty)').waitFor();
  await onState('element-signed-in', page);
}

async function visitInbox({ context, start, locale, onState }: Visit): Promise<void> {
  const inbox = createInbox();
  const service = await start(() => ({ ...noLimits, unsafeDevInbox: inbox }));
  const page = await context.newPage();
  await page.goto(`${service.url}/dev/inbox`);
  await onState('inbox-empty', page);
  for (const to of ['alice@example.com', 'bob@example.com']) {
    await service.obtain(to, { locale });
    for (const message of service.inbox.messages) inbox.add(message);
  }
  await page.reload();
  await onState('inbox-messages', page);
}
