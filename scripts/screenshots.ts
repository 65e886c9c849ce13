// Writes a picture of each step and state of the sign-in page, the element and the inbox to a folder: npm run screenshots [folder]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/helpers/browser.js';
import { unlimited } from '../test/helpers/fleet.js';
import { journeyVariants, travel } from '../test/helpers/journey.js';
import { root, startService } from '../test/helpers/process.js';
import { stateVariants, visitStates } from '../test/helpers/states.js';
import { requireFont } from '../test/helpers/tools.js';

requireFont('ja', 'fonts-ipafont-gothic');
const folder = process.argv[2] ?? join(root, 'screenshots');
mkdirSync(folder, { recursive: true });
const service = await startService({ ...unlimited, BRAND_NAME: 'Example' });
const browser = await launchBrowser();
async function save(name: string, page: Page): Promise<void> {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  process.stdout.write(`${path}\n`);
}
try {
  for (const { name, locale, colorScheme, viewport, javaScriptEnabled } of journeyVariants) {
    const context = await browser.newContext({ locale, colorScheme, viewport, javaScriptEnabled });
    const identity = `${name}@example.com`;
    await travel(context, {
      url: service.url,
      identity,
      hasScripts: javaScriptEnabled,
      readCode: async () => (await service.waitFor(new RegExp(`code (\\d+) for ${identity}`)))[1] ?? '',
      onStep: (step, page) => save(`${name}-${step}`, page),
    });
    await context.close();
  }
  for (const variant of stateVariants) {
    await visitStates(browser, variant, (state, page) => save(`${variant.name}-${state}`, page));
  }
} finally {
  await browser.close();
  await service.stop();
}
