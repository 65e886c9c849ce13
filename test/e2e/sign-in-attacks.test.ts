import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { assertAccessible } from '../helpers/browser.js';
import { startHttpStub } from '../helpers/http-stub.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';

const here = usePageInBrowser((url) => ({ magicLink: true, publicUrl: url }));
const { open } = here;

/** A page of another site, which is 127.0.0.1 where the service is localhost. */
async function startSite(t: Closing, body: string): Promise<string> {
  const site = await startHttpStub({ status: 200, headers: { 'content-type': 'text/html' }, body });
  t.after(() => site.close());
  return site.url;
}

async function ask(page: Page, identity: string): Promise<string> {
  await page.goto(`${here.service.url}/sign-in`);
  await page.fill('#identity', identity);
  await page.click('button.primary');
  await page.waitForURL('**/sign-in/code');
  return here.service.inbox.lastCode();
}

const hasSession = async (context: BrowserContext) =>
  (await context.cookies()).some(({ name }) => name === 'otp_session');

// Attack: a page of another site sends the form that signs its visitor in as the attacker.
test('a form that another site makes a browser send signs nobody in and nobody out', async (t) => {
  const attacker = await open(t);
  const code = await ask(attacker.page, 'mallory@example.com');
  const read = (name: string) => attacker.page.locator(`#code-form input[name=${name}]`).inputValue();
  const fields = { token: await read('token'), flow: await read('flow'), otp: code };
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const site = await startSite(
    t,
    `<form id="in" method="post" action="${here.service.url}/sign-in/code">${inputs.join('')}</form>
     <form id="out" method="post" action="${here.service.url}/sign-out">${inputs.join('')}</form>`,
  );

  const victim = await open(t);
  // Also one who is at the same step.
  const own = await ask(victim.page, 'victim@example.com');
  const visit = async (form: string) => {
    const page = await victim.context.newPage();
    await page.goto(site);
    await Promise.all([
      page.waitForURL(`${here.service.url}/**`),
      page.evaluate(`document.getElementById('${form}').submit()`),
    ]);
    assert.equal(await page.isVisible('.error'), true);
    await page.close();
  };
  await visit('in');
  assert.equal(await hasSession(victim.context), false);
  await victim.page.fill('#otp', own);
  await victim.page.waitForSelector('form[action$="sign-out"]');
  await visit('out');
  await victim.page.reload();
  assert.match((await victim.page.textContent('.lead')) ?? '', /victim@example\.com/);
});

// Attack: plant the cookies of one's own sign-in in someone's browser, and use them once they have signed in.
test('cookies that were planted before a sign-in open nothing after it', async (t) => {
  const attacker = await open(t);
  await ask(attacker.page, 'victim@example.com');
  const victim = await open(t);
  await victim.context.addCookies(await attacker.context.cookies());
  // The planted sign-in is at its second step: the victim starts again.
  await victim.page.goto(`${here.service.url}/sign-in`);
  await victim.page.fill('#identity', 'other@example.com');
  await victim.page.click('button.primary');
  await victim.page.waitForURL('**/sign-in/code');
  await victim.page.fill('#otp', here.service.inbox.lastCode());
  await victim.page.waitForSelector('form[action$="sign-out"]');

  await attacker.page.goto(`${here.service.url}/sign-in`);
  assert.equal(await attacker.page.isVisible('form[action$="sign-out"]'), false);
  assert.equal(await hasSession(attacker.context), false);
});

// Attack: get hold of the code that someone asked for, and type it in a browser of one's own.
test('a code works in the browser that asked for it alone', async (t) => {
  const [victim, attacker] = [await open(t), await open(t)];
  const code = await ask(victim.page, 'victim@example.com');
  const other = await ask(attacker.page, 'victim@example.com');
  // A code may be longer than the one before; what is too short is not sent by itself.
  await attacker.page.fill('#otp', code);
  if (other.length > code.length) await attacker.page.click('#code-form button.primary');
  await attacker.page.waitForSelector('.error');
  assert.equal(await hasSession(attacker.context), false);
  await victim.page.fill('#otp', code);
  await victim.page.waitForSelector('form[action$="sign-out"]');
});

// Attack: send someone a link to the real page that ends on a page of the attacker's.
test('after signing in, a browser is on the host where it signed in', async (t) => {
  const evil = new URL(await startSite(t, 'evil'));
  const { page, context } = await open(t);
  for (const target of [
    evil.href,
    `//${evil.host}/`,
    `/\\${evil.host}/`,
    `\\\\${evil.host}/`,
    `/\t/${evil.host}/`,
    `/.//${evil.host}/`,
    `https:${evil.host}`,
    `${here.service.url}@${evil.host}/`,
    'javascript:document.title="evil"',
    'data:text/html,evil',
  ]) {
    await context.clearCookies();
    await page.goto(`${here.service.url}/sign-in?rd=${encodeURIComponent(target)}`);
    await page.fill('#identity', 'alice@example.com');
    await page.click('button.primary');
    await page.waitForURL('**/sign-in/code');
    await page.fill('#otp', here.service.inbox.lastCode());
    await page.waitForSelector('form[action$="sign-out"]');
    assert.equal(new URL(page.url()).host, new URL(here.service.url).host, target);
  }
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  test(`a link signs in where its code was asked for, by its button alone; elsewhere it shows the code: ${how}`, async (t) => {
    const asker = await open(t, { javaScriptEnabled });
    const code = await ask(asker.page, 'alice@example.com');
    const [link = ''] =
      /http:\S+\/sign-in\/link\S+/.exec(here.service.inbox.messages.at(-1)?.text ?? '') ?? [];

    const elsewhere = await open(t, { javaScriptEnabled });
    await elsewhere.page.goto(link);
    assert.equal(await elsewhere.page.textContent('.shown'), code);
    assert.equal(await elsewhere.page.locator('main form').count(), 0);
    assert.equal(await hasSession(elsewhere.context), false);

    const tab = await asker.context.newPage();
    for (let i = 0; i < 3; i++) await tab.goto(link);
    assert.equal(await hasSession(asker.context), false);
    assert.match((await tab.textContent('.lead')) ?? '', /^Sign in as \S+@example\.com\?$/);
    if (javaScriptEnabled) {
      await assertAccessible(tab, 'link');
      await assertAccessible(elsewhere.page, 'link elsewhere');
    }
    await tab.click('button.primary');
    await tab.waitForSelector('form[action$="sign-out"]');
  });
}
