// Writes the two pictures of the README: npm run pictures
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../test/helpers/browser.js';
import { unlimited } from '../test/helpers/fleet.js';
import { root, startService } from '../test/helpers/process.js';

const folder = join(root, 'docs/pictures');
mkdirSync(folder, { recursive: true });
const service = await startService({
  ...unlimited,
  BRAND_NAME: 'Example',
  BRAND_COLOR: '#0b7a75',
  BRAND_LINKS: 'Help=/help,Privacy=/privacy',
});
const browser = await launchBrowser();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = { width: 520, height: 600 };
    const context = await browser.newContext({ locale: 'en', colorScheme, viewport });
    const page = await context.newPage();
    await page.goto(`${service.url}/sign-in`);
    await page.fill('#identity', `${colorScheme === 'dark' ? 'bob' : 'alice'}@example.com`);
    await page.click('button.primary');
    await page.waitForSelector('#otp');
    await page.fill('#otp', '482');
    // Without the caret, which blinks.
    await page.screenshot({ path: join(folder, `sign-in-${colorScheme}.png`), caret: 'hide' });
    await context.close();
  }
} finally {
  await browser.close();
  await service.stop();
}
