import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { startHttpStub } from '../helpers/http-stub.js';
import { type Closing, usePageInBrowser } from '../helpers/page-in-browser.js';
import { until } from '../helpers/until.js';

// Not in a hook: Node 20 runs the hooks of a file at the same time.
const site = await startHttpStub();
let people = 0;

const here = usePageInBrowser(() => ({ corsOrigins: [site.url] }));
const { open } = here;

const message = (code: string) =>
  `26.11.2026 13:05 Order 123456, 12.50 EUR\nYour code for Example Company is ${code}\nIt expires in 5 minutes. Questions? +49 30 654321\n\n@example.com #${code}`;
const plainMessage = (code: string) => `Your code for Example Company is ${code}\nIt expires in 5 minutes.`;
const unclearMessage = 'Use 123456 or 654321\nto go on.';
const unclearShown = /^Use 123456 or 654321 ?to go on\.$/;
const toWide = (code: string) => code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));

async function paste(page: Page, context: BrowserContext, field: string, text: string): Promise<void> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], {
    origin: new URL(page.url()).origin,
  });
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.focus(field);
  await page.keyboard.press('Control+V');
}

/** As a browser drops text that was dragged from another window. */
async function drop(page: Page, field: string, text: string): Promise<void> {
  const box = await page.locator(field).boundingBox();
  assert.ok(box);
  const session = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [{ mimeType: 'text/plain', data: text }], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data });
  }
}

/** As an input method composes text and ends with it. */
async function compose(page: Page, text: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (let end = 1; end <= text.length; end++) {
    const part = text.slice(0, end);
    await session.send('Input.imeSetComposition', { text: part, selectionStart: end, selectionEnd: end });
  }
  await session.send('Input.insertText', { text });
}

/** One change, as browsers tell of it. Each gets the field, and sets its value where the browser would. */
const tellings: Record<string, string> = {
  'input alone': `set(); fire(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));`,
  'change alone': `set(); fire(new Event('change', { bubbles: true }));`,
  'input and change, as managers of passwords do': `set(); fire(new Event('input', { bubbles: true })); fire(new Event('change', { bubbles: true }));`,
  'a composition, as Chromium ends it': `fire(new CompositionEvent('compositionstart'));
    set(); fire(new InputEvent('input', { bubbles: true, isComposing: true, inputType: 'insertCompositionText' }));
    fire(new CompositionEvent('compositionend', { bubbles: true }));`,
  'a composition, as Firefox ends it': `fire(new CompositionEvent('compositionstart'));
    set(); fire(new CompositionEvent('compositionend', { bubbles: true }));
    fire(new InputEvent('input', { bubbles: true, inputType: 'insertCompositionText' }));`,
  'a composition, as Safari ends it': `fire(new CompositionEvent('compositionstart'));
    set(); fire(new InputEvent('input', { bubbles: true, inputType: 'insertFromComposition' }));
    fire(new CompositionEvent('compositionend', { bubbles: true }));`,
};
const tell = (find: string, how: string, text: string) => `{
  const field = ${find};
  const set = () => { field.value = ${JSON.stringify(text)}; };
  const fire = (event) => field.dispatchEvent(event);
  ${how}
}`;

describe('the code field of the page', () => {
  async function ask(page: Page): Promise<string> {
    await page.goto(`${here.service.url}/sign-in`);
    await page.fill('#identity', `code${++people}@example.com`);
    await page.click('button.primary');
    await page.waitForSelector('#otp');
    return here.service.inbox.lastCode();
  }

  const countPosts = (page: Page) => {
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/code')) posts.push(request.url());
    });
    return posts;
  };

  for (const [name, write] of Object.entries({ plainMessage, message })) {
    for (const [how, bring] of Object.entries({
      pasted: (page: Page, context: BrowserContext, text: string) => paste(page, context, '#otp', text),
      dropped: (page: Page, _: BrowserContext, text: string) => drop(page, '#otp', text),
      'filled in': (page: Page, _: BrowserContext, text: string) => page.fill('#otp', text),
    })) {
      test(`a whole SMS that is ${how} signs in: ${name}`, async (t) => {
        const { page, context } = await open(t);
        const code = await ask(page);
        const posts = countPosts(page);
        await bring(page, context, write(code));
        await page.waitForSelector('form[action$="sign-out"]');
        assert.equal(posts.length, 1);
      });
    }
  }

  test('without scripts, a whole SMS that is pasted signs in by the button', async (t) => {
    for (const write of [plainMessage, message]) {
      const { page, context } = await open(t, { javaScriptEnabled: false });
      const code = await ask(page);
      await paste(page, context, '#otp', write(code));
      await page.click('#code-form button.primary');
      await page.waitForSelector('form[action$="sign-out"]');
    }
  });

  test('text in which several numbers may be the code stays to be seen, and is not sent', async (t) => {
    const { page, context } = await open(t);
    await ask(page);
    const posts = countPosts(page);
    await paste(page, context, '#otp', unclearMessage);
    assert.match(await page.inputValue('#otp'), unclearShown);
    await page.fill('#otp', '');
    await drop(page, '#otp', unclearMessage);
    await until('the text is there', async () => (await page.inputValue('#otp')).includes('654321'));
    assert.equal(posts.length, 0);
    await page.click('#code-form button.primary');
    await page.waitForSelector('.error');
    assert.equal(await page.textContent('.error'), 'The code has 6 digits. We kept what you typed.');
  });

  test('line ends that a field does not keep join no two numbers to a code', async (t) => {
    const { page, context } = await open(t);
    await ask(page);
    const posts = countPosts(page);
    await paste(page, context, '#otp', 'Your parcel 48293\n1 of 2 is on its way');
    assert.match(await page.inputValue('#otp'), /parcel/);
    assert.equal(posts.length, 0);
  });

  test('a code is typed in two parts, one of them pasted', async (t) => {
    const { page, context } = await open(t);
    const code = await ask(page);
    await paste(page, context, '#otp', `${code.slice(0, 3)} `);
    await page.keyboard.type(code.slice(3));
    await page.waitForSelector('form[action$="sign-out"]');
  });

  test('an input method that writes full-width digits signs in, once', async (t) => {
    const { page } = await open(t);
    const code = await ask(page);
    const posts = countPosts(page);
    await page.focus('#otp');
    await compose(page, toWide(code));
    await page.waitForSelector('form[action$="sign-out"]');
    assert.equal(posts.length, 1);
  });

  for (const [name, how] of Object.entries(tellings)) {
    test(`a whole code is sent once, however it is told: ${name}`, async (t) => {
      const { page } = await open(t);
      const code = await ask(page);
      const posts = countPosts(page);
      await page.evaluate(tell(`document.querySelector('#otp')`, how, code));
      await page.waitForSelector('form[action$="sign-out"]');
      assert.equal(posts.length, 1);
    });
  }
});

describe('otp-input in a form', () => {
  async function openForm(t: Closing, attributes = 'name="otp"') {
    site.answer({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: `<!doctype html><title>Form</title><link rel="icon" href="data:,">
<script type="module" src="${here.service.url}/sign-in/elements.js"></script>
<form id="f" method="post" action="/sent"><otp-input label="Code" ${attributes}></otp-input><button>Send</button></form>
<script>
  window.completed = 0;
  addEventListener('otp-complete', () => completed++);
</script>`,
    });
    const { page, context } = await open(t);
    await page.goto(site.url);
    await page.waitForFunction("customElements.get('otp-input')");
    return {
      page,
      context,
      read: () => page.evaluate<string | null>("new FormData(document.forms.f).get('otp')"),
      readCompleted: () => page.evaluate<number>('completed'),
    };
  }
  const inner = "document.querySelector('otp-input').shadowRoot.querySelector('input')";

  for (const [name, how] of Object.entries(tellings)) {
    test(`a code reaches the form and is complete once, however it is told: ${name}`, async (t) => {
      const { page, read, readCompleted } = await openForm(t, 'name="otp" required');
      await page.evaluate(tell(inner, how, '366092'));
      assert.deepEqual([await read(), await readCompleted()], ['366092', 1]);
      assert.equal(await page.evaluate('document.forms.f.checkValidity()'), true);
    });
  }

  test('a code that was set without a word reaches the form, by its button and by its data', async (t) => {
    const { page, read } = await openForm(t, 'name="otp" required');
    await page.evaluate(`void (${inner}.value = '366 092')`);
    assert.equal(await read(), '366092');
    const again = await openForm(t, 'name="otp" required');
    await again.page.evaluate(`void (${inner}.value = '366 092')`);
    await again.page.click('button');
    await again.page.waitForURL('**/sent');
    assert.equal(site.received.findLast(({ method }) => method === 'POST')?.body, 'otp=366092');
  });

  test('a whole SMS is read, pasted, dropped or filled in, and gives its code', async (t) => {
    for (const write of [plainMessage, message]) {
      const text = write('366092');
      for (const bring of [
        ({ page, context }: { page: Page; context: BrowserContext }) =>
          paste(page, context, 'otp-input', text),
        ({ page }: { page: Page }) => drop(page, 'otp-input', text),
        ({ page }: { page: Page }) => page.locator('otp-input input').fill(text),
        ({ page }: { page: Page }) =>
          page.evaluate(`void (document.querySelector('otp-input').value = ${JSON.stringify(text)})`),
      ]) {
        const opened = await openForm(t);
        await bring(opened);
        await until('the code is there', async () => (await opened.read()) === '366092');
      }
    }
  });

  test('text in which no code is certain stays to be seen, and does not fit', async (t) => {
    const { page, context, read, readCompleted } = await openForm(t);
    await paste(page, context, 'otp-input', unclearMessage);
    assert.match((await read()) ?? '', unclearShown);
    assert.equal(await page.evaluate('document.forms.f.checkValidity()'), false);
    assert.equal(await readCompleted(), 0);
  });

  test('an input method composes without being disturbed, and its end completes the code once', async (t) => {
    const { page, read, readCompleted } = await openForm(t);
    await page.focus('otp-input');
    await compose(page, toWide('366092'));
    assert.deepEqual([await read(), await readCompleted()], ['366092', 1]);
  });

  test('in the sign-in element a whole SMS signs in with one attempt', async (t) => {
    const { page, context } = await openForm(t);
    await page.evaluate(`document.body.innerHTML =
      '<stateless-otp-sign-in base-url="${here.service.url}/api/v1"></stateless-otp-sign-in>'`);
    await page.getByLabel('E-mail address or phone number').fill('element@example.com');
    await page.keyboard.press('Enter');
    await page.locator('otp-input').waitFor();
    let attempts = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/verify')) attempts++;
    });
    await paste(page, context, 'otp-input input', message(here.service.inbox.lastCode()));
    await page.getByText('You are signed in').waitFor();
    assert.equal(attempts, 1);
  });
});
