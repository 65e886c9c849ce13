import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { english } from '../../sdk/javascript/src/sign-in-strings.js';
import { catalogue } from '../../src/messages/catalogue.js';
import { assertAccessible, launchBrowser, watchComplaints } from '../helpers/browser.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { documentedPolicy } from '../helpers/documented-policy.js';
import { unlimited } from '../helpers/fleet.js';
import { type HttpStub, startHttpStub } from '../helpers/http-stub.js';
import { makeWrong } from '../helpers/otp.js';
import { root, startService } from '../helpers/process.js';

const maxGzippedBytes = 15_360;

test('the module is under 15 KB gzipped, needs nothing else, and can be imported where there are no elements', async () => {
  const code = readFileSync(join(root, 'sdk/javascript/dist/elements.js'));
  const { length } = gzipSync(code, { level: 9 });
  assert.ok(length > 3_000 && length < maxGzippedBytes, `${length} bytes`);
  assert.doesNotMatch(code.toString(), /\bimport\b\s*[("'{]|\brequire\(/);
  const names = Object.keys(await import('stateless-otp-sdk/elements')).sort();
  assert.deepEqual(names, ['OTPClient', 'OTPError', 'OTPInputElement', 'StatelessOTPSignInElement']);
});

test('the element says in English what the page says, and the service has all of it in every language', () => {
  const page: Record<string, string> = { ...catalogue.en.page };
  for (const [name, text] of Object.entries(english)) assert.equal(page[name], text, name);
});

describe('the elements on a page of another origin, under a strict policy', () => {
  let site: HttpStub;
  let service: Awaited<ReturnType<typeof startService>>;
  let browser: Browser;
  const complaints: string[] = [];

  before(async () => {
    site = await startHttpStub();
    service = await startService({ ...unlimited, CORS_ORIGINS: site.url, OTP_RESEND_COOLDOWN_SECONDS: '30' });
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
    await site?.close();
  });

  async function open(t: { after(fn: () => Promise<void>): void }, body: string, lang = 'en'): Promise<Page> {
    site.answer({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': `default-src 'none'; img-src data:; ${documentedPolicy(service.url)}`,
      },
      body: `<!doctype html><html lang="${lang}"><head><title>Page</title><link rel="icon" href="data:,">
<script type="module" src="${service.url}/sign-in/elements.js"></script></head><body><main><h1>Page</h1>${body}</main></body></html>`,
    });
    const context: BrowserContext = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    watchComplaints(page, complaints);
    await page.addInitScript(`
      window.told = [];
      for (const type of ['otp-sent', 'otp-verified', 'otp-error', 'otp-complete'])
        addEventListener(type, ({ detail }) => told.push([type, detail?.code ?? detail?.accessToken ?? detail?.codeLength]));
    `);
    await page.goto(site.url);
    return page;
  }

  /** What the documentation says to write, for this service. */
  function readBlock(language: string): string {
    const block = readCodeBlocks('docs/sign-in.md').find((block) => block.language === language);
    return (block?.code ?? '').replaceAll('https://otp.example.com', service.url);
  }

  const readTold = (page: Page) => page.evaluate<[string, unknown][]>('told');

  test('take the style that the documentation shows', async (t) => {
    const page = await open(t, readBlock('html').replace(/^<script.*$/m, ''));
    await page.evaluate(`(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(${JSON.stringify(readBlock('css'))});
      document.adoptedStyleSheets = [sheet];
    })()`);
    const read = (part: string, property: string) =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector('stateless-otp-sign-in').shadowRoot.querySelector('[part~=${part}]')).${property}`,
      );
    assert.equal(await read('primary', 'backgroundColor'), 'rgb(15, 118, 110)');
    assert.equal(await read('primary', 'borderRadius'), '4px');
    assert.match(await read('card', 'boxShadow'), /rgba\(0, 0, 0, 0\.2\)/);
  });

  test('keep their width where the page would fit them to what they show, and begin on the side of the language', async (t) => {
    const page = await open(
      t,
      '<div id="centre"><stateless-otp-sign-in base-url="/api/v1"></stateless-otp-sign-in></div>',
      'ar',
    );
    await page.evaluate(`(() => {
      document.documentElement.dir = 'rtl';
      Object.assign(document.querySelector('#centre').style, { display: 'grid', justifyContent: 'center' });
    })()`);
    const width = () => page.evaluate<number>("document.querySelector('stateless-otp-sign-in').offsetWidth");
    assert.equal(await width(), 384);
    const align =
      "getComputedStyle(document.querySelector('stateless-otp-sign-in').shadowRoot.querySelector('input')).textAlign";
    assert.equal(await page.evaluate(align), 'right');
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
  });

  test('texts that arrive late leave what was typed, and where', async (t) => {
    const page = await open(t, '');
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(/strings\.json/, async (route) => {
      await asked;
      await route.continue();
    });
    await page.evaluate(`(() => {
      document.documentElement.lang = 'de';
      const element = document.createElement('stateless-otp-sign-in');
      element.setAttribute('strings-url', '${service.url}/sign-in/strings.json');
      document.querySelector('main').append(element);
    })()`);
    await page.locator('#identity').fill('alice@exam');
    answer();
    const field = page.getByLabel('E-Mail-Adresse oder Telefonnummer');
    await field.waitFor();
    await page.getByRole('button', { name: 'Weiter' }).waitFor();
    assert.equal(await field.inputValue(), 'alice@exam');
    await page.keyboard.type('ple.com');
    assert.equal(await field.inputValue(), 'alice@example.com');
  });

  test('the whole way, in the language of the page, and the token is the value of a form', async (t) => {
    complaints.length = 0;
    const page = await open(
      t,
      `<form id="outer">${readBlock('html')
        .replace(/^<script.*$/m, '')
        .replace('<stateless-otp-sign-in', '$& name="token" required')}</form>`,
      'de',
    );
    await page.evaluate(readBlock('js'));
    await page.getByLabel('E-Mail-Adresse oder Telefonnummer').fill('alice@example.com');
    await assertAccessible(page, 'identity');
    assert.equal(await page.evaluate('document.forms.outer.checkValidity()'), false);
    await page.getByRole('button', { name: 'Weiter' }).click();
    await page.locator('otp-input').waitFor();
    const [, code = ''] = await service.waitFor(/code (\d{6}) for alice@example\.com/);
    await assertAccessible(page, 'code');
    const again = page.getByRole('button', { name: /^Code erneut senden/ });
    assert.equal(await again.isDisabled(), true);

    const wrong = makeWrong(code);
    await page.locator('otp-input input').fill(wrong);
    await page.getByText('Dieser Code stimmt nicht. Noch 4 Versuche.').waitFor();
    await page.locator('otp-input input').fill(`${code.slice(0, 3)}-${code.slice(3)}`);
    await page.getByText('Sie sind angemeldet').waitFor();
    assert.equal(await page.title(), 'signed in, token of 900 s');
    const told = await readTold(page);
    assert.deepEqual(
      told.map(([type]) => type),
      ['otp-sent', 'otp-complete', 'otp-error', 'otp-complete', 'otp-verified'],
    );
    assert.deepEqual([told[0]?.[1], told[2]?.[1]], [6, 'invalid_code']);
    const token = told.at(-1)?.[1];
    assert.match(String(token), /^eyJ/);
    assert.equal(await page.evaluate("new FormData(document.forms.outer).get('token')"), token);
    assert.equal(await page.evaluate('document.forms.outer.checkValidity()'), true);
    // Only the refused code is complained of, by the browser: nothing against the policy of the page.
    assert.ok(
      complaints.every((text) => /status of 401/.test(text)),
      complaints.join(),
    );
  });

  test('the code of another page is of no use: the sign-in is bound', async (t) => {
    const page = await open(
      t,
      `<stateless-otp-sign-in base-url="${service.url}/api/v1"></stateless-otp-sign-in>`,
    );
    await page.getByLabel('E-mail address or phone number').fill('bob@example.com');
    await page.keyboard.press('Enter');
    await page.locator('otp-input').waitFor();
    const [, code = ''] = await service.waitFor(/code (\d{6}) for bob@example\.com/);
    const answer = await fetch(`${service.url}/api/v1/otp/verify`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity: 'bob@example.com', otp: code }),
    });
    assert.equal(answer.status, 410);
    await page.locator('otp-input input').fill(code);
    await page.getByText('You are signed in').waitFor();
  });

  test('an error moves nothing and a success has its own part; both are told apart by colour', async (t) => {
    const page = await open(
      t,
      `<style>p { --x: 0 }</style><stateless-otp-sign-in base-url="${service.url}/api/v1"></stateless-otp-sign-in>`,
    );
    const field = page.getByLabel('E-mail address or phone number');
    const places = async (names: string[]) =>
      Promise.all(names.map((part) => page.locator(`[part~=${part}]`).first().boundingBox()));
    const before = await places(['card', 'heading', 'input', 'primary']);
    await field.fill('nobody');
    await page.keyboard.press('Enter');
    await page.locator('[part~=error]:not(:empty)').waitFor();
    assert.deepEqual(await places(['card', 'heading', 'input', 'primary']), before);
    const color = (part: string) =>
      page.evaluate<string>(`{
        const { shadowRoot } = document.querySelector('stateless-otp-sign-in');
        getComputedStyle(shadowRoot.querySelector('[part~=${part}]')).color;
      }`);
    assert.equal(await color('error'), 'rgb(179, 38, 30)');
    await assertAccessible(page, 'error');

    await field.fill('carol@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Enter the 6-digit code' }).waitFor();
    const [, code = ''] = await service.waitFor(/code (\d{6}) for carol@example\.com/);
    assert.equal(await page.locator('[part=slot]:visible').count(), 6);
    const code4 = await places(['card', 'code', 'primary']);
    await page.locator('otp-input input').fill(code.slice(0, 4));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The code has 6 digits. We kept what you typed.').waitFor();
    assert.deepEqual(await places(['card', 'code', 'primary']), code4);
    assert.equal(await page.locator('otp-input input').inputValue(), code.slice(0, 4));
    await page.getByRole('button', { name: 'Edit' }).click();
    assert.equal(await field.inputValue(), 'carol@example.com');
    await page.keyboard.press('Enter');
    await page.locator('otp-input').waitFor();
    await page.locator('otp-input input').fill(code);
    await page.locator('[part~=success]:not(:empty)').waitFor();
    assert.equal(await color('success'), 'rgb(23, 102, 58)');
    assert.equal(await page.locator('[part~=error]').count(), 0);
  });

  test('a request that is on its way is shown on its button', async (t) => {
    const page = await open(
      t,
      `<stateless-otp-sign-in base-url="${service.url}/api/v1"></stateless-otp-sign-in>`,
    );
    await page.route('**/otp/request', () => {});
    await page.getByLabel('E-mail address or phone number').fill('dave@example.com');
    await page.keyboard.press('Enter');
    const button = page.locator('button[aria-busy=true]');
    await button.waitFor();
    assert.equal(await button.isDisabled(), true);
    await page.getByText('One moment…').waitFor();
  });

  test('the console says so when the service answers, but not to pages of this origin', async (t) => {
    const other = await startService({ ...unlimited });
    t.after(async () => void (await other.stop()));
    site.answer({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: `<!doctype html><title>Page</title><link rel="icon" href="data:,">
<script type="module" src="${other.url}/sign-in/elements.js"></script>
<stateless-otp-sign-in base-url="${other.url}/api/v1"></stateless-otp-sign-in>`,
    });
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.goto(site.url);
    const warning = page.waitForEvent('console', (message) => /CORS_ORIGINS/.test(message.text()));
    await page.getByLabel('E-mail address or phone number').fill('erin@example.com');
    await page.keyboard.press('Enter');
    assert.match((await warning).text(), new RegExp(`not to pages of ${site.url}`));
  });

  test('otp-input is a field of its form: name, value, label, required, disabled and reset', async (t) => {
    const page = await open(
      t,
      `<form id="f"><label for="c">Code from the message</label><otp-input id="c" name="otp" length="8" required></otp-input></form>`,
    );
    const field = page.getByLabel('Code from the message');
    assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await page.evaluate('document.forms.f.checkValidity()'), false);
    await field.fill('١٢٣ ٤٥٦');
    assert.equal(await page.evaluate("new FormData(document.forms.f).get('otp')"), '123456');
    assert.equal(await page.evaluate('document.forms.f.checkValidity()'), true);
    assert.deepEqual(await readTold(page), []);
    await field.fill('1234-5678');
    assert.deepEqual(
      (await readTold(page)).map(([type]) => type),
      ['otp-complete'],
    );
    await page.evaluate('document.forms.f.reset()');
    assert.equal(await page.evaluate("document.querySelector('otp-input').value"), '');
    await page.evaluate("document.querySelector('otp-input').setAttribute('disabled', '')");
    assert.equal(await page.evaluate("new FormData(document.forms.f).get('otp')"), null);
    await assertAccessible(page, 'otp-input');
  });

  test('with web-otp the code of a message fills the field and completes it', async (t) => {
    const page = await open(t, '<p>nothing yet</p>');
    await page.evaluate(`
      window.OTPCredential = class {};
      navigator.credentials.get = async () => ({ code: '482931' });
      document.querySelector('main').innerHTML = '<otp-input label="Code" web-otp></otp-input>';
    `);
    await page.waitForFunction("told.some(([type]) => type === 'otp-complete')");
    assert.equal(await page.evaluate("document.querySelector('otp-input').value"), '482931');
  });
});
