import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../helpers/browser.js';
import { createSiteTokens, describeProxies, useSite } from '../helpers/proxied-site.js';
import { type RunningProxy, site as siteName } from '../helpers/proxies.js';
import { grant } from '../helpers/tokens.js';

const [known, unknown] = ['https://pages.example.com', 'https://evil.example'];
const site = useSite({ CORS_ORIGINS: known, GATE_ALLOW: '@example.com' });
const tokens = createSiteTokens();
const issue = async (identity: string) => (await tokens.issue({ ...grant, identity })).accessToken;

let browser: Browser;
before(async () => {
  browser = await launchBrowser([`--host-resolver-rules=MAP ${siteName} 127.0.0.1`]);
});
after(() => browser?.close());

describeProxies('fetch() of a page, ', site, (_askSite, start) => {
  let proxy: RunningProxy;
  before(async () => {
    proxy = await start(site.behind);
  });
  after(() => proxy?.stop());

  /** What a script of a page of this origin sees of an answer; null for a network error. */
  async function fetchFrom(
    origin: string | undefined,
    options: { token?: string; credentials?: string } = {},
  ) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    try {
      // Pages of the internet may not ask this machine otherwise.
      await context.grantPermissions(['local-network-access']);
      const page = await context.newPage();
      const target = `https://${siteName}:${proxy.port}`;
      await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<p>x' }));
      if (options.token !== undefined && options.credentials !== undefined)
        await context.addCookies([
          { name: '__Host-otp_session', value: options.token, url: target, secure: true },
        ]);
      await page.goto(`${origin ?? target}/page`);
      return await page.evaluate(
        ([url, credentials]) =>
          fetch(url as string, { credentials: (credentials ?? 'same-origin') as 'include' }).then(
            async (response) => [response.status, await response.json()],
            () => null,
          ),
        [`${target}/api`, options.credentials],
      );
    } finally {
      await context.close();
    }
  }

  test('tells that nobody is signed in, to the site itself and to the origins that are named', async () => {
    const refused = [401, { active: false }];
    assert.deepEqual(await fetchFrom(undefined), refused);
    assert.deepEqual(await fetchFrom(known), refused);
    assert.deepEqual(await fetchFrom(known, { credentials: 'include' }), refused);
  });

  // Attack: find out from another site whether someone is signed in here.
  test('tells other origins nothing', async () => {
    for (const credentials of ['omit', 'include'])
      assert.equal(await fetchFrom(unknown, { credentials }), null);
    const token = await issue('eve@evil.example');
    assert.equal(await fetchFrom(unknown, { token, credentials: 'include' }), null);
  });
});
