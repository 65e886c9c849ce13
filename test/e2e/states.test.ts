import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Browser } from 'playwright-core';
import { writeBrandStyle } from '../../src/sign-in/brand.js';
import { assertAccessible, launchBrowser } from '../helpers/browser.js';
import { measureContrasts } from '../helpers/contrast.js';
import { startInProcess } from '../helpers/in-process.js';
import { stateVariants, visitStates } from '../helpers/states.js';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser?.close());

for (const variant of stateVariants) {
  test(`every state of page, element and inbox can be read, and nothing is cut off: ${variant.name}`, async () => {
    const flaws: string[] = [];
    await visitStates(browser, variant, async (state, page) => {
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > variant.viewport.width) flaws.push(`${state} is ${width} pixels wide`);
      await assertAccessible(page, state).catch((error: Error) => flaws.push(error.message));
    });
    assert.deepEqual(flaws, []);
  });
}

test('whatever the brand colour, all of the page can be read in the light and in the dark', async (t) => {
  const service = await startInProcess(() => ({ appName: 'Example', brandLinks: ['Help=/help'] }));
  t.after(() => service.close());
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);
  const colors = [
    '#ffffff',
    '#000000',
    '#808080',
    '#ffff00',
    '#0000ff',
    ...fc.sample(hex, { seed: 18, numRuns: 40 }),
  ];
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(`${service.url}/sign-in`);
    await page.fill('#identity', `${colorScheme}@example.com`);
    await page.click('button.primary');
    await page.waitForSelector('#otp');
    await page.fill('#otp', '123');
    for (const color of colors) {
      await page.evaluate(`{
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(${JSON.stringify(writeBrandStyle(color))});
        document.adoptedStyleSheets = [sheet];
      }`);
      const { faint } = await measureContrasts(page);
      assert.deepEqual(faint, [], `${color} in the ${colorScheme}`);
    }
  }
});

test('the element shows in forced colours where the focus is, and turns nothing for people who want less motion', async (t) => {
  const service = await startInProcess();
  t.after(() => service.close());
  const context = await browser.newContext({ forcedColors: 'active', reducedMotion: 'reduce' });
  t.after(() => context.close());
  await context.route(`${service.url}/app`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>App</title>
<script type="module" src="/sign-in/elements.js"></script><main><h1>App</h1><stateless-otp-sign-in></stateless-otp-sign-in></main>`,
    }),
  );
  const page = await context.newPage();
  await page.goto(`${service.url}/app`);
  const element = page.locator('stateless-otp-sign-in');
  const button = element.locator('[part~=primary]');
  await element.locator('#identity').fill('alice@example.com');
  const styleOf = (path: string, property: string, pseudo = '') =>
    page.evaluate<string>(
      `getComputedStyle(document.querySelector('stateless-otp-sign-in').shadowRoot${path}, '${pseudo}').${property}`,
    );
  const primary = ".querySelector('[part~=primary]')";
  const change = (call: string) =>
    page.evaluate(`document.querySelector('stateless-otp-sign-in').shadowRoot${primary}.${call}`);
  assert.equal(await styleOf(primary, 'borderTopStyle'), 'solid');
  await change("setAttribute('aria-busy', 'true')");
  assert.equal(await styleOf(primary, 'content', '::before'), '""');
  assert.equal(await styleOf(primary, 'animationName', '::before'), 'none');
  await change("removeAttribute('aria-busy')");
  await button.click();
  await element.locator('otp-input').waitFor();
  const slot = ".querySelector('otp-input').shadowRoot.querySelector('[part=slot]')";
  assert.equal(await styleOf(slot, 'outlineStyle'), 'solid');
  await assertAccessible(page, 'forced colours');
});
