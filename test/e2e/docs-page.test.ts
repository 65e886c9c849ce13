import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchBrowser } from '../helpers/browser.js';
import { startService } from '../helpers/process.js';

test('Swagger UI shows every route in a real browser, under its policy and without another host', async () => {
  const service = await startService();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).origin);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${service.url}/docs`);
    await page.waitForSelector('.opblock-summary-path');
    const paths = await page.$$eval('.opblock-summary-path', (nodes) =>
      nodes.map((node) => node.textContent),
    );
    for (const path of ['/api/v1/otp/request', '/api/v1/otp/verify', '/api/v1/token/verify', '/readyz']) {
      assert.ok(
        paths.some((text) => text?.replaceAll('\u200B', '') === path),
        `${path} in ${paths}`,
      );
    }

    // The form works as it is: a code is requested, and its token fetched, without reading anything first.
    await page.click('.opblock-summary-path >> nth=0');
    await page.click('text=Try it out');
    await page.click('.execute');
    const [, code = ''] = await service.waitFor(/stateless-otp code (\d{6}) for alice@example\.com/);
    await page.click('.opblock-summary-path >> nth=0');
    await page.click('.opblock-summary-path >> nth=1');
    await page.click('text=Try it out');
    const body = page.locator('textarea.body-param__text');
    await body.fill((await body.inputValue()).replace('482931', code));
    await page.click('.execute');
    await page.waitForSelector('text=access_token');
    assert.deepEqual([...hosts], [service.url]);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await service.stop();
  }
});
