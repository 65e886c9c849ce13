import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { assertAccessible, launchBrowser, watchComplaints } from '../helpers/browser.js';
import { unlimited } from '../helpers/fleet.js';
import { type HttpStub, startHttpStub } from '../helpers/http-stub.js';
import { startInProcess } from '../helpers/in-process.js';
import { journeyVariants, travel } from '../helpers/journey.js';
import { makeWrong } from '../helpers/otp.js';
import { startService } from '../helpers/process.js';
import { startSmtpServer } from '../helpers/smtp.js';

const maxPageBytes = 30_000;
const perSend = 500;

describe('the sign-in page in a real browser, with a real mail server and a stub for SMS', () => {
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  let sms: HttpStub;
  let service: Awaited<ReturnType<typeof startService>>;
  let browser: Browser;
  let people = 0;

  before(async () => {
    smtp = await startSmtpServer();
    sms = await startHttpStub({ status: 200, body: {} });
    service = await startService({
      ...unlimited,
      DELIVERY_ROUTES: 'email=smtp;sms=webhook',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(smtp.port),
      SMTP_FROM: 'Example <codes@example.org>',
      WEBHOOK_URL: sms.url,
      WEBHOOK_SECRET: 'whsec_c3RhdGVsZXNzLW90cC13ZWJob29rLXRlc3Qtc2VjcmV0',
      WEBHOOK_ALLOW_INSECURE_HTTP: 'true',
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      BRAND_NAME: 'Example',
      BRAND_COLOR: '#0b7a75',
      DELIVERY_TIMEOUT_MS: '30000',
    });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
    await sms?.close();
    await smtp?.close();
  });

  const createIdentity = () => `person${++people}@example.com`;
  const listMails = (identity: string) =>
    smtp.received.filter(({ envelope }) => envelope.to.includes(identity));
  const readCode = async (identity: string): Promise<string> => {
    const mail = listMails(identity).at(-1);
    return /^(\d{6,10})$/m.exec(mail?.mail.text ?? '')?.[1] ?? '';
  };

  /** A page of its own, closed when the test ends. */
  async function open(
    t: { after(fn: () => Promise<void>): void },
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ page: Page; context: BrowserContext }> {
    const context = await browser.newContext(options);
    t.after(() => context.close());
    return { context, page: await context.newPage() };
  }

  /** Up to the field for the code, which has been sent. */
  async function ask(page: Page, identity: string): Promise<string> {
    await page.goto(`${service.url}/sign-in`);
    await page.fill('#identity', identity);
    await page.click('button.primary');
    await page.waitForURL('**/sign-in/code');
    return identity.startsWith('+') ? readSms() : readCode(identity);
  }

  function readSms(): string {
    const { body } = sms.received.at(-1) ?? { body: '{}' };
    return /\d{6,10}/.exec(JSON.parse(body).text ?? JSON.parse(body).data?.text ?? '')?.[0] ?? '';
  }

  for (const variant of journeyVariants) {
    const { name, locale, colorScheme, viewport, javaScriptEnabled } = variant;
    test(`the whole way, without a flaw that axe finds: ${name}`, async (t) => {
      const { context } = await open(t, { locale, colorScheme, viewport, javaScriptEnabled });
      const identity = createIdentity();
      const hosts = new Set<string>();
      const complaints: string[] = [];
      context.on('page', (page) => watchComplaints(page, complaints));
      context.on('request', (request) => {
        if (!request.url().startsWith('data:')) hosts.add(new URL(request.url()).origin);
      });
      await travel(context, {
        url: service.url,
        identity,
        hasScripts: javaScriptEnabled,
        readCode: () => readCode(identity),
        async onStep(step, page) {
          const { lang, dir } = (await page.evaluate(
            '({ lang: document.documentElement.lang, dir: document.documentElement.dir })',
          )) as { lang: string; dir: string };
          assert.deepEqual([lang, dir], [locale, locale === 'ar' ? 'rtl' : 'ltr'], step);
          const width = await page.evaluate<number>('document.documentElement.scrollWidth');
          assert.ok(width <= viewport.width, `${step} is ${width} pixels wide`);
          if (javaScriptEnabled) await assertAccessible(page, step);
        },
      });
      assert.deepEqual([...hosts], [service.url]);
      assert.deepEqual(complaints, []);
      assert.equal(listMails(identity).length, 1);
    });
  }

  test('a page weighs under 30 KB with all that it loads', async (t) => {
    for (const path of ['/sign-in', '/sign-in/code']) {
      const { page, context } = await open(t, { locale: 'hi' });
      await ask(page, createIdentity());
      const fresh = await browser.newContext({ locale: 'hi', storageState: await context.storageState() });
      t.after(() => fresh.close());
      const visit = await fresh.newPage();
      let bytes = 0;
      visit.on('requestfinished', async (request) => {
        const { responseBodySize, responseHeadersSize } = await request.sizes();
        bytes += responseBodySize + responseHeadersSize;
      });
      await visit.goto(service.url + path, { waitUntil: 'networkidle' });
      assert.equal(new URL(visit.url()).pathname, path);
      assert.ok(bytes > 3_000 && bytes < maxPageBytes, `${path} weighs ${bytes} bytes`);
    }
  });

  test('a code that is pasted with a space is sent by itself', async (t) => {
    const { page, context } = await open(t);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: service.url });
    const code = await ask(page, createIdentity());
    await page.evaluate(`navigator.clipboard.writeText('${code.slice(0, 3)} ${code.slice(3)}')`);
    await page.focus('#otp');
    await page.keyboard.press('Control+V');
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('the field for the code has the focus, a label, and what keyboards and managers look for', async (t) => {
    const { page } = await open(t);
    await ask(page, createIdentity());
    const field = page.getByLabel('One-time code');
    assert.equal(await page.evaluate('document.activeElement.id'), await field.getAttribute('id'));
    for (const [name, value] of [
      ['type', 'text'],
      ['inputmode', 'numeric'],
      ['autocomplete', 'one-time-code'],
    ] as const) {
      assert.equal(await field.getAttribute(name), value);
    }
    assert.equal(await page.locator('input:visible').count(), 1);
  });

  test('a double click on the button is one attempt, with scripts and without', async (t) => {
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await open(t, { javaScriptEnabled });
      const wrong = makeWrong(await ask(page, createIdentity()));
      // Not by the script, which would send it before the click.
      await page.evaluate(`document.querySelector('#otp').value = '${wrong}'`);
      await page.dblclick('#code-form button.primary');
      await page.waitForSelector('.error');
      assert.match((await page.textContent('.error')) ?? '', / 4 attempts left\.$/);
    }
  });

  test('a double click on the first button sends one message, and a right code signs in', async (t) => {
    for (const javaScriptEnabled of [true, false]) {
      const { page } = await open(t, { javaScriptEnabled });
      const identity = createIdentity();
      await page.goto(`${service.url}/sign-in`);
      await page.fill('#identity', identity);
      await page.dblclick('button.primary');
      await page.waitForURL('**/sign-in/code');
      assert.equal(listMails(identity).length, 1);
      // Not by the script, which would send it before the click.
      await page.evaluate(`document.querySelector('#otp').value = '${await readCode(identity)}'`);
      await page.dblclick('#code-form button.primary');
      await page.waitForSelector('form[action$="sign-out"]');
    }
  });

  test('a reload and the back button send nothing, and the way forward is open', async (t) => {
    const { page } = await open(t);
    const identity = createIdentity();
    const code = await ask(page, identity);
    await page.reload();
    assert.ok(await page.isVisible('#otp'));
    await page.goBack();
    await page.waitForSelector('#identity');
    await page.goForward();
    await page.waitForSelector('#otp');
    await page.goBack();
    await page.fill('#identity', identity);
    await page.click('button.primary');
    await page.waitForURL('**/sign-in/code');
    assert.equal(listMails(identity).length, 1);
    await page.fill('#otp', code);
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('another tab of the same browser can finish what one began', async (t) => {
    const { page, context } = await open(t);
    const code = await ask(page, createIdentity());
    const other = await context.newPage();
    await other.goto(`${service.url}/sign-in/code`);
    await other.fill('#otp', code);
    await other.waitForSelector('form[action$="sign-out"]');
    // The first finds the person signed in, and its old form does nothing.
    await page.fill('#otp', code);
    await page.waitForSelector('.error');
    await page.goto(`${service.url}/sign-in`);
    assert.ok(await page.isVisible('form[action$="sign-out"]'));
  });

  test('a number is asked for its country, and WebOTP fills the code in and sends it', async (t) => {
    const { page } = await open(t, { locale: 'de-DE' });
    // What a phone does: the browser waits for a message that is bound to this origin.
    await page.addInitScript(`
      window.OTPCredential = class {};
      window.asked = [];
      navigator.credentials.get = (options) => {
        window.asked.push(options.otp.transport[0]);
        return new Promise((resolve) => { window.deliver = (code) => resolve({ code }); });
      };
    `);
    await page.goto(`${service.url}/sign-in`);
    assert.equal(await page.isVisible('#country'), false);
    await page.fill('#identity', 'alice@example.com');
    assert.equal(await page.isVisible('#country'), false);
    await page.fill('#identity', '0151 12345678');
    await page.waitForSelector('#country:visible');
    assert.equal(await page.inputValue('#country'), 'DE');
    await assertAccessible(page, 'country');
    await page.click('button.primary');
    await page.waitForURL('**/sign-in/code');
    assert.equal(JSON.parse(sms.received.at(-1)?.body ?? '{}').identity, '+4915112345678');
    assert.deepEqual(await page.evaluate('asked'), ['sms']);
    await page.evaluate(`deliver('${readSms()}')`);
    await page.waitForSelector('form[action$="sign-out"]');
    assert.match((await page.textContent('.lead')) ?? '', /\+4915112345678/);
  });

  test('the way to another code opens when the server said so, and no earlier', async (t) => {
    const slow = await startService({ OTP_RESEND_COOLDOWN_SECONDS: '45' });
    t.after(async () => void (await slow.stop()));
    const { page } = await open(t);
    await page.clock.install();
    await page.goto(`${slow.url}/sign-in`);
    await page.fill('#identity', 'alice@example.com');
    await page.click('button.primary');
    await page.waitForSelector('#resend-form .left:not(:empty)');
    const button = page.locator('#resend-form button');
    assert.equal(await button.isDisabled(), true);
    assert.match((await button.textContent()) ?? '', /^Resend code \(0:\d\d\)$/);
    await page.clock.runFor(perSend);
    assert.equal(await button.isDisabled(), true);
    await page.clock.runFor(46_000);
    assert.equal(await button.isDisabled(), false);
    assert.equal(await button.textContent(), 'Resend code');
  });

  test('an expired and a blocked code are said to be so, and a new one is one button away', async (t) => {
    const { url, inbox, clock, wrong, close } = await startInProcess(() => ({ maxAttempts: 1 }));
    t.after(async () => close());
    const { page } = await open(t);
    await page.goto(`${url}/sign-in`);
    await page.fill('#identity', 'alice@example.com');
    await page.click('button.primary');
    await page.waitForURL('**/sign-in/code');
    clock.advance(301_000);
    await page.reload();
    assert.match((await page.textContent('.error')) ?? '', /^This code has expired/);
    await assertAccessible(page, 'expired');
    await page.click('#resend-form button.primary');
    await page.waitForSelector('.good');
    await page.fill('#otp', wrong(inbox.lastCode()));
    await page.waitForSelector('.error');
    assert.match((await page.textContent('.error')) ?? '', /^Too many wrong codes/);
    assert.equal(await page.isVisible('#otp'), false);
    await assertAccessible(page, 'blocked');
    await page.click('#resend-form button.primary');
    await page.waitForSelector('#otp');
    assert.equal(inbox.messages.length, 3);
    await page.fill('#otp', inbox.lastCode());
    await page.waitForSelector('form[action$="sign-out"]');
  });

  // Attack: show the page in a frame of one's own, over something that people click on.
  test('a browser refuses to show the page in a frame', async (t) => {
    const { page } = await open(t);
    const other = await startHttpStub({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: `<iframe src="${service.url}/sign-in"></iframe>`,
    });
    t.after(() => other.close());
    const refused = page.waitForEvent('console', (message) =>
      /frame-ancestors|X-Frame-Options/.test(message.text()),
    );
    await page.goto(other.url);
    await refused;
    const [, frame] = page.frames();
    assert.equal(await frame?.locator('#identity').count(), 0);
  });

  test('high contrast and forced colours leave everything to be seen', async (t) => {
    for (const options of [{ contrast: 'more' as const }, { forcedColors: 'active' as const }]) {
      const { page } = await open(t, options);
      await ask(page, createIdentity());
      await assertAccessible(page, JSON.stringify(options));
      const border = await page.evaluate("getComputedStyle(document.querySelector('.slot')).borderTopWidth");
      assert.equal(border, '1px');
    }
  });
});
