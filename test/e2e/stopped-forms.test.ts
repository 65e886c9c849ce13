import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';
import { until } from '../helpers/until.js';

const here = usePageInBrowser();

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  describe(`a form whose submission comes to nothing can be sent again, ${how}`, () => {
    /** A browser whose next submission meets what `treat` says. */
    async function open(t: Closing) {
      const { page } = await here.open(t, { javaScriptEnabled });
      const posts: string[] = [];
      let treat: ((route: Route) => Promise<void>) | null = null;
      await page.route(/\/sign-(?:in|out)/, async (route) => {
        if (route.request().method() !== 'POST') return route.continue();
        posts.push(new URL(route.request().url()).pathname);
        await (treat ? treat(route) : route.continue());
      });
      return {
        page,
        posts,
        meet: (next: typeof treat) => {
          treat = next;
        },
      };
    }
    type Opened = Awaited<ReturnType<typeof open>>;

    /** Presses a button without waiting for where it leads. */
    const press = (page: Page, selector: string) => page.dispatchEvent(selector, 'click');
    const hold = async () => {};
    async function stop(page: Page): Promise<void> {
      const session = await page.context().newCDPSession(page);
      await session.send('Page.stopLoading');
      await session.detach();
    }

    /** Stops the submission of this button, then presses it again. */
    async function pressTwice({ page, posts, meet }: Opened, selector: string): Promise<void> {
      const already = posts.length;
      meet(hold);
      await press(page, selector);
      await until('the form is on its way', () => posts.length > already);
      await stop(page);
      meet(null);
      await press(page, selector);
      await until('the form is on its way again', () => posts.length > already + 1);
    }

    test('after Stop, at every step', async (t) => {
      const opened = await open(t);
      const { page, posts } = opened;
      // The time that a submission is held at most does not come.
      if (javaScriptEnabled) await page.clock.install();
      await page.goto(`${here.service.url}/sign-in`);
      await page.fill('#identity', 'alice@example.com');
      await pressTwice(opened, 'button.primary');
      await page.waitForSelector('#otp');
      await page.evaluate(`document.querySelector('#otp').value = '${here.service.inbox.lastCode()}'`);
      await pressTwice(opened, '#code-form button.primary');
      await page.waitForSelector('form[action$="sign-out"]');
      await pressTwice(opened, 'form[action$="sign-out"] button');
      await page.waitForSelector('.good');
      const steps = ['/sign-in', '/sign-in/code', '/sign-out'];
      assert.deepEqual(
        posts,
        steps.flatMap((step) => [step, step]),
      );
    });

    test('after the network failed, by going back', async (t) => {
      const { page, meet } = await open(t);
      await page.goto(`${here.service.url}/sign-in?rd=/report-a`);
      await page.fill('#identity', 'bob@example.com');
      meet((route) => route.abort('connectionreset'));
      await press(page, 'button.primary');
      await until('the browser says so', () => page.url().startsWith('chrome-error:'));
      meet(null);
      // Chromium shows an error page in another process; the driver may still ask the old one.
      const goBack = () => page.goBack().then(() => true);
      await until('the browser goes back', () =>
        goBack().catch((error) => {
          if (/Not attached/.test(String(error))) return false;
          throw error;
        }),
      );
      await page.fill('#identity', 'bob@example.com');
      await page.click('button.primary');
      await page.waitForSelector('#otp');
    });

    test('after an answer without a page', async (t) => {
      const { page, posts, meet } = await open(t);
      if (javaScriptEnabled) await page.clock.install();
      await page.goto(`${here.service.url}/sign-in`);
      await page.fill('#identity', 'carol@example.com');
      meet((route) => route.fulfill({ status: 204 }));
      await press(page, 'button.primary');
      await until('the form was answered', () => posts.length === 1);
      meet(null);
      if (javaScriptEnabled) await page.clock.runFor(10_001);
      await press(page, 'button.primary');
      await page.waitForSelector('#otp');
    });
  });
}

test('a page that comes out of the cache can be used again', async (t) => {
  const { page } = await here.open(t);
  await page.clock.install();
  await page.goto(`${here.service.url}/sign-in`);
  const prevented = await page.evaluate<boolean[]>(`
    const form = document.querySelector('form');
    const submit = () => !form.dispatchEvent(new SubmitEvent('submit', { cancelable: true }));
    const results = [submit(), submit()];
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    [...results, submit()];
  `);
  assert.deepEqual(prevented, [false, true, false]);
});
