import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createNodeListener } from '../../src/adapters/node.js';
import { launchBrowser } from '../helpers/browser.js';
import { listen } from '../helpers/listen.js';
import { createTestOtp } from '../helpers/otp.js';
import { root } from '../helpers/process.js';

const alice = 'alice@example.com';
const script = readFileSync(join(root, 'sdk/javascript/dist/stateless-otp-sdk.min.js'));
const elements = readFileSync(join(root, 'sdk/javascript/dist/elements.js'));

const kit = createTestOtp({ requestIdentityMax: 1000, requestIpMax: 0, verifyIpMax: 0 });
const sent: Record<string, unknown>[] = [];
let site: Awaited<ReturnType<typeof listen>>;
let browser: Browser;
before(async () => {
  const answer = createNodeListener(kit.otp.handler);
  site = await listen((request, response) => {
    if (request.url?.startsWith('/api/')) return answer(request, response);
    const isScript = request.url?.endsWith('.js');
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    if (isScript) return response.end(request.url === '/sdk.js' ? script : elements);
    response.end(
      request.url === '/element'
        ? '<!doctype html><script type="module" src="/elements.js"></script><stateless-otp-sign-in></stateless-otp-sign-in>'
        : '<!doctype html><script src="/sdk.js"></script>',
    );
  });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

let context: BrowserContext;
beforeEach(async () => {
  context = await browser.newContext();
  context.on('request', (request) => {
    const body = request.postData();
    if (body) sent.push(JSON.parse(body));
  });
  sent.length = 0;
});
afterEach(() => context.close());

async function open(path = '/'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(site.url + path);
  return page;
}

/** Calls a client that is made for this call alone, as after a reload. */
const call = <Result>(page: Page, what: string, options = '') =>
  page.evaluate<Result>(`new StatelessOTP.OTPClient({ baseUrl: '/api/v1'${options} }).${what}`);

const request = (page: Page, options = '') =>
  call<{ challenge: string | null }>(page, `requestOTP('${alice}')`, options);
const verify = (page: Page, options = '') =>
  call<{ device?: string }>(page, `verifyOTP('${alice}', '${kit.inbox.lastCode()}')`, options);
const read = (page: Page, storage: string) => page.evaluate<string>(`JSON.stringify({ ...${storage} })`);

test('in a page a code is bound by default, and its challenge outlives a reload in this tab alone', async () => {
  for (const options of ['', ', storage: localStorage']) {
    const [page, other] = [await open(), await open()];
    const { challenge } = await request(page, options);
    assert.ok(challenge);
    assert.match(await read(page, 'sessionStorage'), new RegExp(challenge));
    assert.doesNotMatch(await read(page, 'localStorage'), new RegExp(challenge));
    await assert.rejects(verify(other, options), /expired|challenge/i);
    await page.reload();
    await verify(page, options);
    assert.equal(await read(page, 'sessionStorage'), '{}');
  }
});

test('a page keeps its device in its storage, by default the one that outlives the browser', async () => {
  for (const [options, storage] of [
    ['', 'localStorage'],
    [', storage: sessionStorage', 'sessionStorage'],
  ] as const) {
    const page = await open();
    await request(page, options);
    const { device } = await verify(page, options);
    assert.ok(device);
    assert.match(await read(page, storage), new RegExp(device));
    await page.reload();
    await request(page, options);
    assert.equal(sent.at(-1)?.['device'], device);
    const renewed = await verify(page, options);
    assert.equal(sent.at(-1)?.['device'], device);
    assert.ok(renewed.device && renewed.device !== device);
    // The tokens are where they were: nowhere, unless asked for.
    if (storage === 'localStorage') assert.doesNotMatch(await read(page, storage), /accessToken":"/);
    await call(page, 'logout({ forget: true })', options);
    assert.doesNotMatch((await read(page, 'localStorage')) + (await read(page, 'sessionStorage')), /otd1/);
  }
});

test('a page asks for none when told so', async () => {
  const page = await open();
  await call(page, `requestOTP('${alice}', { bind: false })`);
  assert.equal(sent.at(-1)?.['bind'], false);
  await call(page, `verifyOTP('${alice}', '${kit.inbox.lastCode()}', { remember: false })`);
  assert.equal(await read(page, 'localStorage'), '{}');
});

test('where a page may not store anything, the code is bound all the same', async () => {
  const page = await open();
  await page.evaluate(`for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(globalThis, name, { get() { throw new DOMException('no', 'SecurityError'); } })`);
  await page.evaluate(`globalThis.client = new StatelessOTP.OTPClient({ baseUrl: '/api/v1' })`);
  const { challenge } = await page.evaluate<{ challenge: string }>(`client.requestOTP('${alice}')`);
  assert.ok(challenge);
  await page.evaluate(`client.verifyOTP('${alice}', '${kit.inbox.lastCode()}')`);
});

test('the element remembers its browser, and forgets it when asked', async () => {
  const page = await open('/element');
  await page.fill('input#identity', alice);
  await page.click('button');
  await page.waitForSelector('otp-input');
  await page.fill('otp-input input', kit.inbox.lastCode());
  const forget = page.getByRole('button', { name: 'Sign out and forget this browser' });
  await forget.waitFor();
  assert.match(await read(page, 'localStorage'), /otd1/);
  await forget.click();
  await page.waitForSelector('input#identity');
  assert.doesNotMatch(await read(page, 'localStorage'), /otd1/);
});
