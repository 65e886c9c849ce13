// What the journey does not pass: the notice of a human check, and the element on a page of its own.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startInProcess } from '../test/helpers/in-process.js';
import { createShortLadder } from '../test/helpers/short-ladder.js';

type Save = (name: string, page: Page) => Promise<void>;

const desktop = { width: 1100, height: 800 };
const phone = { width: 320, height: 640 };

const variants = [
  { name: 'en-light', locale: 'en', colorScheme: 'light', viewport: desktop },
  { name: 'en-dark', locale: 'en', colorScheme: 'dark', viewport: desktop },
  { name: 'ar-phone', locale: 'ar', colorScheme: 'light', viewport: phone },
  { name: 'ar-phone-dark', locale: 'ar', colorScheme: 'dark', viewport: phone },
] as const;

const noLimits = { requestIpMax: 0, verifyIpMax: 0, requestIdentityMax: 1000, appName: 'Example' };

export async function pictureParts(browser: Browser, save: Save): Promise<void> {
  for (const { name, ...options } of variants) {
    const context = await browser.newContext(options);
    await pictureHumanCheck(context, (step, page) => save(`${name}-${step}`, page));
    await pictureElement(context, options.locale, (step, page) => save(`${name}-${step}`, page));
    await context.close();
  }
}

async function pictureHumanCheck(context: BrowserContext, save: Save): Promise<void> {
  const service = await startInProcess(() => ({
    ...noLimits,
    store: createShortLadder({ free: 0 }),
    humanCheck: { provider: 'altcha' },
  }));
  // It is never solved.
  await context.route('**/solver-*.js', () => {});
  const page = await context.newPage();
  await page.goto(`${service.url}/sign-in`);
  await page.fill('#identity', 'alice@example.com');
  await page.click('button.primary');
  await page.waitForSelector('form[aria-busy]');
  await save('human-check-1-solving', page);
  await page.fill('#identity', 'bob@example.com');
  await save('human-check-2-stopped', page);
  await page.close();
  service.close();
}

async function pictureElement(context: BrowserContext, locale: string, save: Save): Promise<void> {
  const service = await startInProcess(() => noLimits);
  const direction = locale === 'ar' ? 'rtl' : 'ltr';
  await context.route(`${service.url}/app`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="${locale}" dir="${direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>App</title>
<style>:root { color-scheme: light dark; } body { margin: 1rem; display: grid; justify-content: center; }</style>
<script type="module" src="/sign-in/elements.js"></script></head>
<body><main><stateless-otp-sign-in strings-url="/sign-in/strings.json"></stateless-otp-sign-in></main></body></html>`,
    }),
  );
  const page = await context.newPage();
  const element = page.locator('stateless-otp-sign-in');
  const texts = page.waitForResponse(/strings\.json/);
  await page.goto(`${service.url}/app`);
  await texts;
  await save('element-1-identity', page);
  await element.locator('#identity').fill('nobody');
  await element.locator('[part~=primary]').click();
  await element.locator('[part~=error]:not(:empty)').waitFor();
  await save('element-2-not-an-address', page);
  await element.locator('#identity').fill('alice@example.com');
  await element.locator('[part~=primary]').click();
  const field = element.locator('otp-input input');
  await field.waitFor();
  const code = service.inbox.lastCode();
  await field.fill(code.slice(0, 3));
  await save('element-3-code', page);
  await field.fill(code.replace(/^./, (digit) => String((Number(digit) + 1) % 10)));
  await element.locator('[part~=error]:not(:empty)').waitFor();
  await save('element-4-wrong-code', page);
  await field.fill(code);
  await element.locator('[part~=success]:not(:empty)').waitFor();
  await save('element-5-signed-in', page);
  await page.close();
  service.close();
}
