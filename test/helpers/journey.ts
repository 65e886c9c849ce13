import type { BrowserContext, Page } from 'playwright-core';

export interface JourneyVariant {
  name: string;
  locale: string;
  colorScheme: 'light' | 'dark';
  viewport: { width: number; height: number };
  javaScriptEnabled: boolean;
}

const desktop = { width: 1100, height: 800 };
const phone = { width: 320, height: 640 };

/** How people come: with and without scripts, in light and dark, at 320 pixels and more, in three scripts. */
export const journeyVariants: JourneyVariant[] = [
  { name: 'en-light', locale: 'en', colorScheme: 'light', viewport: desktop, javaScriptEnabled: true },
  { name: 'en-dark', locale: 'en', colorScheme: 'dark', viewport: desktop, javaScriptEnabled: true },
  { name: 'en-phone-dark', locale: 'en', colorScheme: 'dark', viewport: phone, javaScriptEnabled: true },
  { name: 'ar-phone', locale: 'ar', colorScheme: 'light', viewport: phone, javaScriptEnabled: true },
  { name: 'ja-phone', locale: 'ja', colorScheme: 'light', viewport: phone, javaScriptEnabled: true },
  { name: 'de-phone', locale: 'de', colorScheme: 'light', viewport: phone, javaScriptEnabled: true },
  { name: 'en-plain', locale: 'en', colorScheme: 'light', viewport: desktop, javaScriptEnabled: false },
  { name: 'ar-plain', locale: 'ar', colorScheme: 'dark', viewport: desktop, javaScriptEnabled: false },
];

export interface JourneyParts {
  url: string;
  identity: string;
  /** With scripts a whole code is sent by itself. */
  hasScripts: boolean;
  /** Waits for the code that was sent to the identity. */
  readCode(): Promise<string>;
  /** Called on each step. */
  onStep(name: string, page: Page): Promise<void>;
}

/** From the first page over a wrong code to the end of the session. */
export async function travel(
  context: BrowserContext,
  { url, identity, hasScripts, readCode, onStep }: JourneyParts,
) {
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await onStep('1-identity', page);
  await page.fill('#identity', 'nobody');
  await page.click('button.primary');
  await page.waitForSelector('.error');
  await onStep('2-not-an-address', page);
  await page.fill('#identity', identity);
  await page.click('button.primary');
  await page.waitForSelector('#otp');
  const code = await readCode();
  await onStep('3-code', page);
  await page.fill(
    '#otp',
    code.replace(/^./, (digit) => String((Number(digit) + 1) % 10)),
  );
  if (!hasScripts) await page.click('#code-form button.primary');
  await page.waitForSelector('.error');
  await onStep('4-wrong-code', page);
  await page.fill('#otp', `${code.slice(0, 3)} ${code.slice(3)}`);
  if (!hasScripts) await page.click('#code-form button.primary');
  await page.waitForSelector('form[action$="sign-out"]');
  await onStep('5-signed-in', page);
  await page.click('form[action$="sign-out"] button');
  await page.waitForSelector('.good');
  await onStep('6-signed-out', page);
  return page;
}
