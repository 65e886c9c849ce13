import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { assertAccessible, launchBrowser } from '../helpers/browser.js';
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
