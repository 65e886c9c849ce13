import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createRenderer } from '../../src/messages/render.js';
import { launchBrowser } from '../helpers/browser.js';

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  passes: { id: string }[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const render = createRenderer({ appName: 'Example <& Co>' });
let browser: Browser;

before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

for (const locale of ['en', 'ar', 'ja']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`an e-mail in ${locale} has no flaw that axe finds on a ${colorScheme} screen`, async () => {
      const page = await browser.newPage({ colorScheme });
      const { html = '' } = render({ channel: 'email', locale, code: '482931', expiresInSeconds: 300 });
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.setContent(html);
      await page.evaluate(axeSource);
      const { violations, passes } = (await page.evaluate('axe.run()')) as AxeResults;
      assert.deepEqual(violations, []);
      for (const id of ['color-contrast', 'html-has-lang', 'document-title'])
        assert.ok(
          passes.some((pass) => pass.id === id),
          `${id} was looked at`,
        );
      assert.deepEqual(requests, []);

      const background = await page.evaluate(
        'getComputedStyle(document.querySelector(".otp-card")).backgroundColor',
      );
      assert.equal(background, colorScheme === 'dark' ? 'rgb(29, 32, 36)' : 'rgb(255, 255, 255)');
      await page.close();
    });
  }
}

test('the longest code fits a screen of 320 pixels, and one selection takes it without spaces', async () => {
  for (const locale of ['en', 'ar', 'ja', 'ru']) {
    const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
    const code = '4829310567';
    await page.setContent(render({ channel: 'email', locale, code, expiresInSeconds: 600 }).html ?? '');
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 320, locale);
    await page.click('.otp-code');
    assert.equal(
      await page.evaluate<string>('getSelection().toString().replace(/\\t?\\n?$/, "")'),
      code,
      locale,
    );
    const { y } = (await page.locator('.otp-code').boundingBox()) ?? { y: Infinity };
    assert.ok(y < 250, `${locale}: the code stands ${y} pixels down`);
    await page.close();
  }
});
