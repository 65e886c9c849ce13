import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createNodeListener } from '../../src/adapters/node.js';
import { launchBrowser } from '../helpers/browser.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';
import { root } from '../helpers/process.js';

const identity = 'alice@example.com';
const pages: Record<string, string> = {
  '/script.html': '<!doctype html><script src="/stateless-otp-sdk.min.js"></script>',
  '/module.html': `<!doctype html><script type="module">
    import * as StatelessOTP from '/index.js';
    globalThis.StatelessOTP = StatelessOTP;
  </script>`,
};

/** The pages lie on one origin, the service on another. */
async function startSites() {
  const site = await listen((request, response) => {
    const path = request.url ?? '/';
    const file = join(root, 'sdk/javascript/dist', path);
    const page = pages[path];
    response.setHeader('Content-Type', page ? 'text/html' : 'text/javascript');
    response.end(page ?? (existsSync(file) ? readFileSync(file) : 'nothing'));
  });
  const parts = createTestOtp({
    corsOrigins: [site.url],
    maxAttempts: 3,
    refreshTokenTtlSeconds: 86_400,
  });
  const service = await listen(createNodeListener(parts.otp.handler));
  return {
    ...parts,
    site,
    baseUrl: `${service.url}/api/v1`,
    close: async () => {
      await site.close();
      await service.close();
    },
  };
}

let browser: Browser;
let sites: Awaited<ReturnType<typeof startSites>>;
before(async () => {
  sites = await startSites();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await sites?.close();
});

/** Opens a page on which `client` is ready, and collects what goes wrong there. */
async function open(path: string, options = '', context: Browser | BrowserContext = browser) {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(sites.site.url + path);
  await page.waitForFunction('globalThis.StatelessOTP');
  await page.evaluate(
    `globalThis.client = new StatelessOTP.OTPClient({ baseUrl: '${sites.baseUrl}'${options} }); undefined`,
  );
  return { page, complaints };
}

/** What a call on the page resolves to, or the parts of the error that it rejects with. */
function call(page: Page, expression: string): Promise<Record<string, unknown>> {
  return page.evaluate(`${expression}.catch((error) => ({
    isOurs: error instanceof StatelessOTP.OTPError,
    code: error.code,
    status: error.status,
    attemptsLeft: error.attemptsLeft,
  }))`);
}

for (const [way, path] of [
  ['a script tag', '/script.html'],
  ['a module', '/module.html'],
] as const) {
  test(`by ${way}, on another origin: a wrong code, a right code, the token, and an end`, async () => {
    const { page, complaints } = await open(path);
    const sent = await call(page, `client.requestOTP('${identity}', { bind: true })`);
    assert.deepEqual([sent['codeLength'], sent['channel']], [6, 'email']);
    const code = sites.inbox.lastCode();
    assert.deepEqual(await call(page, `client.verifyOTP('${identity}', '${sites.wrong(code)}')`), {
      isOurs: true,
      code: 'invalid_code',
      status: 401,
      attemptsLeft: 2,
    });
    const tokens = await call(page, `client.verifyOTP('${identity}', '${code}')`);
    assert.equal(tokens['tokenType'], 'bearer');
    const bearer = await call(page, 'client.verifyBearer()');
    assert.deepEqual([bearer['active'], (bearer['claims'] as { sub: string }).sub], [true, identity]);
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

describe('in a browser', () => {
  test('a session in sessionStorage outlives a reload, and one in memory does not', async () => {
    for (const [options, expected] of [
      [', storage: sessionStorage', true],
      ['', false],
    ] as const) {
      const { page } = await open('/script.html', options);
      await call(page, `client.requestOTP('${identity}')`);
      await call(page, `client.verifyOTP('${identity}', '${sites.inbox.lastCode()}')`);
      await page.reload();
      await page.evaluate(
        `globalThis.client = new StatelessOTP.OTPClient({ baseUrl: '${sites.baseUrl}'${options} }); undefined`,
      );
      assert.equal((await call(page, 'client.verifyBearer()'))['active'], expected);
      await page.close();
    }
  });

  // Attack: none, but it looks like one: two tabs exchange the same refresh token, and the service ends the sign-in.
  test('two tabs on one localStorage refresh at the same moment, and stay signed in', async (t) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const tabs = await Promise.all(
      [1, 2].map(() => open('/script.html', ', storage: localStorage', context)),
    );
    const [first, second] = tabs.map(({ page }) => page);
    assert.ok(first && second);
    await call(first, `client.requestOTP('tabs@example.com')`);
    await call(first, `client.verifyOTP('tabs@example.com', '${sites.inbox.lastCode()}')`);
    for (let round = 0; round < 5; round += 1) {
      const refreshes: Promise<Record<string, unknown>>[] = [first, second].map((page) =>
        call(page, 'client.refresh()'),
      );
      for (const answer of await Promise.all(refreshes))
        assert.equal(answer['tokenType'], 'bearer', JSON.stringify(answer));
    }
    assert.equal((await call(second, 'client.verifyBearer()'))['active'], true);
    await second.evaluate('client.logout()');
    assert.equal((await call(first, 'client.verifyBearer()'))['active'], false);
  });

  test('an origin that is not allowed, a page, and a redirect give the typed error', async (t) => {
    const { page } = await open('/script.html');
    t.after(() => page.close());
    const stranger = await listen(createNodeListener(createTestOtp().otp.handler));
    t.after(() => stranger.close());
    const redirecting = await listen((request, response) => {
      const allowed = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
      response.writeHead(request.method === 'OPTIONS' ? 204 : 307, { ...allowed, Location: sites.baseUrl });
      response.end();
    });
    t.after(() => redirecting.close());
    for (const [baseUrl, code, status] of [
      [stranger.url, 'network_error', null],
      [sites.site.url, 'unexpected_answer', 200],
      [redirecting.url, 'unexpected_answer', null],
    ]) {
      const client = `new StatelessOTP.OTPClient({ baseUrl: '${baseUrl}' })`;
      const error = await call(page, `${client}.verifyToken('a.b.c')`);
      assert.deepEqual(error, { isOurs: true, code, status, attemptsLeft: null });
    }
  });

  test('a worker loads the script too', async () => {
    const { page } = await open('/script.html');
    const source = `importScripts('${sites.site.url}/stateless-otp-sdk.min.js');
      const client = new StatelessOTP.OTPClient({ baseUrl: '${sites.baseUrl}' });
      client.requestOTP('${identity}').then(({ channel }) => postMessage(channel), ({ code }) => postMessage(code));`;
    const answer = await page.evaluate(
      (source) =>
        new Promise((resolve) => {
          const { Worker, Blob, URL } = globalThis as unknown as {
            Worker: new (url: string) => { onmessage: (event: { data: unknown }) => void };
            Blob: typeof globalThis.Blob;
            URL: typeof globalThis.URL;
          };
          const worker = new Worker(URL.createObjectURL(new Blob([source])));
          worker.onmessage = ({ data }) => resolve(data);
        }),
      source,
    );
    assert.equal(answer, 'email');
    await page.close();
  });
});
