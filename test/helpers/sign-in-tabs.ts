import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { startHttpStub } from './http-stub.js';
import { startInProcess } from './in-process.js';
import { type Closing, usePageInBrowser } from './page-in-browser.js';

const here = usePageInBrowser((url) => ({ magicLink: true, publicUrl: url, resendCooldownSeconds: 1 }));
let people = 0;

/** What tabs of one browser do next to each other. A file for each way: together they take longer than a file may. */
export function describeTabs(javaScriptEnabled: boolean): void {
  describe(`one browser, several tabs, ${javaScriptEnabled ? 'with' : 'without'} scripts`, () => {
    async function open(t: Closing) {
      return (await here.open(t, { javaScriptEnabled })).context;
    }
    const createIdentity = () => `tab${++people}@example.com`;

    async function openTab(context: BrowserContext, returnTo: string): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${here.service.url}/sign-in?rd=${encodeURIComponent(returnTo)}`);
      return page;
    }

    async function ask(page: Page, identity: string): Promise<string> {
      await page.fill('#identity', identity);
      await page.click('button.primary');
      await page.waitForSelector('#otp');
      return here.service.inbox.lastCode();
    }

    /** Types a code and waits for the page that the tab ends at. */
    async function finish(page: Page, code: string, path: string): Promise<void> {
      await page.fill('#otp', code);
      if (!javaScriptEnabled) await page.click('#code-form button.primary');
      await page.waitForURL(here.service.url + path);
    }

    async function readSignedIn(context: BrowserContext): Promise<string> {
      const page = await context.newPage();
      await page.goto(`${here.service.url}/sign-in`);
      const text = (await page.textContent('.lead')) ?? '';
      await page.close();
      return text;
    }

    test('a tab that was open before another signed in continues to where it wanted to go', async (t) => {
      const context = await open(t);
      const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
      const identity = createIdentity();
      await finish(a, await ask(a, identity), '/report-a');
      await b.fill('#identity', identity);
      await b.click('button.primary');
      await b.waitForURL(`${here.service.url}/report-b`);
    });

    test('two tabs at the code end each at its own page, in any order', async (t) => {
      for (const [order, isSame] of [
        ['first', true],
        ['second', false],
      ] as const) {
        const context = await open(t);
        const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
        const identity = createIdentity();
        const codeOfA = await ask(a, identity);
        const codeOfB = await ask(b, isSame ? identity : createIdentity());
        const [inA, inB] = [() => finish(a, codeOfA, '/report-a'), () => finish(b, codeOfB, '/report-b')];
        for (const act of order === 'first' ? [inA, inB] : [inB, inA]) await act();
      }
    });

    test('three tabs of three people sign in one after another', async (t) => {
      const context = await open(t);
      const tabs = [];
      for (const path of ['/report-a', '/report-b', '/report-c']) {
        const page = await openTab(context, path);
        const identity = createIdentity();
        tabs.push({ page, path, identity, code: await ask(page, identity) });
      }
      for (const { page, path, identity, code } of [...tabs].reverse()) {
        await finish(page, code, path);
        assert.ok((await readSignedIn(context)).includes(identity));
      }
    });

    test('a tab that is loaded again, or opened once more, is at its own sign-in', async (t) => {
      const context = await open(t);
      const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
      const codeOfA = await ask(a, createIdentity());
      const codeOfB = await ask(b, createIdentity());
      if (javaScriptEnabled) {
        await a.reload();
        await a.waitForURL('**/sign-in/code?flow=*');
        await a.waitForSelector('#otp');
        assert.equal(await a.inputValue('#code-form [name=rd]'), '/report-a');
      }
      // One that was closed comes back with its address alone: at the sign-in that was acted on last.
      await b.close();
      const reopened = await context.newPage();
      await reopened.goto(`${here.service.url}/sign-in/code`);
      await finish(reopened, codeOfB, '/report-b');
      await finish(a, codeOfA, '/report-a');
    });

    test('a code that one tab had sent again works in another, and leads to the page of that one', async (t) => {
      const context = await open(t);
      const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
      const identity = createIdentity();
      await ask(a, identity);
      await ask(b, identity);
      here.service.clock.advance(2_000);
      await a.waitForSelector('#resend-form button:enabled');
      await a.click('#resend-form button');
      await a.waitForSelector('.good');
      await finish(b, here.service.inbox.lastCode(), '/report-b');
    });

    test('signing out in one tab leaves another where it is', async (t) => {
      const context = await open(t);
      const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
      const codeOfB = await ask(b, createIdentity());
      await finish(a, await ask(a, createIdentity()), '/report-a');
      await a.goto(`${here.service.url}/sign-out`);
      await a.click('form[action$="sign-out"] button');
      await a.waitForSelector('.good');
      await finish(b, codeOfB, '/report-b');
    });

    test('going back after a sign-in finds the person signed in, and the tab continues', async (t) => {
      const context = await open(t);
      const a = await openTab(context, '/report-a');
      const identity = createIdentity();
      await finish(a, await ask(a, identity), '/report-a');
      await a.goBack();
      await a.waitForLoadState();
      assert.doesNotMatch((await a.textContent('main')) ?? '', /cookies/);
      assert.ok((await readSignedIn(context)).includes(identity));
    });

    test('a link that is opened while other tabs are under way leads where its own tab wanted to go', async (t) => {
      const context = await open(t);
      const [a, b] = [await openTab(context, '/report-a'), await openTab(context, '/report-b')];
      const codeOfA = await ask(a, createIdentity());
      const [link = ''] =
        /http:\S+\/sign-in\/link\S+/.exec(here.service.inbox.messages.at(-1)?.text ?? '') ?? [];
      const codeOfB = await ask(b, createIdentity());
      const tab = await context.newPage();
      await tab.goto(link);
      await tab.click('button.primary');
      await tab.waitForURL(`${here.service.url}/report-a`);
      await finish(a, codeOfA, '/report-a');
      await finish(b, codeOfB, '/report-b');
    });

    test('a tab whose cookies have expired continues in one step, and loses neither address nor target', async (t) => {
      const context = await open(t);
      const a = await openTab(context, '/report-a');
      await context.clearCookies();
      await finish(a, await ask(a, createIdentity()), '/report-a');

      const other = await open(t);
      const b = await openTab(other, '/report-b');
      const code = await ask(b, createIdentity());
      await other.clearCookies();
      await b.fill('#otp', code);
      if (!javaScriptEnabled) await b.click('#code-form button.primary');
      await b.waitForSelector('.error');
      assert.doesNotMatch((await b.textContent('main')) ?? '', /cookies/);
      await b.click('a.primary');
      await finish(b, await ask(b, createIdentity()), '/report-b');
    });

    test('several tabs that a browser opens at once, without a cookie yet, all sign in', async (t) => {
      const context = await open(t);
      const paths = ['/report-a', '/report-b', '/report-c'];
      const tabs = await Promise.all(paths.map((path) => openTab(context, path)));
      for (const [i, tab] of tabs.entries()) {
        await finish(tab, await ask(tab, createIdentity()), paths[i] as string);
      }
    });

    test('a browser that keeps no cookies is told so before anything is sent, and keeps its target', async (t) => {
      // A frame on a page of another site: browsers keep no SameSite=Lax cookie there.
      const site = await startHttpStub();
      t.after(() => site.close());
      const framed = await startInProcess(() => ({ embedOrigins: [site.url] }));
      t.after(async () => framed.close());
      site.answer({
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: `<iframe src="${framed.url}/sign-in?rd=/report-a"></iframe>`,
      });
      const page = await (await open(t)).newPage();
      await page.goto(site.url);
      const frame = page.frameLocator('iframe');
      await frame.locator('#identity').fill('alice@example.com');
      await frame.locator('button.primary').click();
      await frame.getByText('Signing in needs cookies').waitFor();
      assert.equal(framed.inbox.messages.length, 0);
      assert.equal(await frame.locator('#identity').inputValue(), 'alice@example.com');
      assert.equal(await frame.locator('[name=rd]').inputValue(), '/report-a');
    });
  });
}
