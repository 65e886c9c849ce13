// Writes a picture of each step of the sign-in page to a folder: npm run screenshots [folder]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../test/helpers/browser.js';
import { unlimited } from '../test/helpers/fleet.js';
import { journeyVariants, travel } from '../test/helpers/journey.js';
import { root, startService } from '../test/helpers/process.js';
import { requireFont } from '../test/helpers/tools.js';

requireFont('ja', 'fonts-ipafont-gothic');
const folder = process.argv[2] ?? join(root, 'screenshots');
mkdirSync(folder, { recursive: true });
const service = await startService({ ...unlimited, BRAND_NAME: 'Example' });
const browser = await launchBrowser();
try {
  for (const { name, locale, colorScheme, viewport, javaScriptEnabled } of journeyVariants) {
    const context = await browser.newContext({ locale, colorScheme, viewport, javaScriptEnabled });
    const identity = `${name}@example.com`;
    await travel(context, {
      url: service.url,
      identity,
      hasScripts: javaScriptEnabled,
      readCode: async () => (await service.waitFor(new RegExp(`code (\\d+) for ${identity}`)))[1] ?? '',
      async onStep(step, page) {
        const path = join(folder, `${name}-${step}.png`);
        await page.screenshot({ path, fullPage: true });
        process.stdout.write(`${path}\n`);
      },
    });
    await context.close();
  }
} finally {
  await browser.close();
  await service.stop();
}
