import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInbox } from '../../src/transports/inbox.js';
import { assertAccessible, watchComplaints } from '../helpers/browser.js';
import { usePageInBrowser } from '../helpers/page-in-browser.js';

const inbox = createInbox();
const here = usePageInBrowser(() => ({ unsafeDevInbox: inbox }));
let sent = 0;

function add(to: string, code = '482931') {
  inbox.add({
    id: `inbox-${++sent}`,
    channel: 'email',
    to,
    code,
    expiresInSeconds: 300,
    locale: 'en',
    subject: 'Your code',
    text: `Your code is ${code}`,
  });
}

test('a new message appears without a reload, and a selection in another lasts', async (t) => {
  const { context, page } = await here.open(t);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: here.service.url });
  const complaints: string[] = [];
  watchComplaints(page, complaints);
  add('alice@example.com');
  await page.goto(`${here.service.url}/dev/inbox`);
  await page.evaluate("getSelection().selectAllChildren(document.querySelector('article pre'))");
  add('bob@example.com', '135790');
  await page.getByRole('heading', { name: 'bob@example.com' }).waitFor();
  assert.equal(await page.evaluate('getSelection().toString().trim()'), 'Your code is 482931');

  await page.getByRole('button', { name: 'Copy 135790' }).click();
  await page.getByText('Copied').waitFor();
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), '135790');

  await page.getByLabel('Filter').fill('ALICE');
  assert.deepEqual(
    [await page.locator('article:visible').count(), await page.textContent('article:visible h2')],
    [1, 'alice@example.com'],
  );
  await page.click('text=Sign-in page');
  await page.waitForSelector('#identity');
  assert.deepEqual(complaints, []);
});

test('it is dark where the device is, and free of flaws that axe finds', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await here.open(t, { colorScheme });
    add('alice@example.com');
    await page.goto(`${here.service.url}/dev/inbox`);
    const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    assert.equal(background, colorScheme === 'dark' ? 'rgb(16, 18, 21)' : 'rgb(244, 245, 247)');
    await assertAccessible(page, colorScheme);
  }
});

test('at 320 pixels nothing is cut off, with text twice as large too', async (t) => {
  const { page } = await here.open(t, { viewport: { width: 320, height: 640 } });
  add('a-rather-long-name.of-somebody@mail.department.example.com');
  await page.goto(`${here.service.url}/dev/inbox`);
  for (const size of ['100%', '200%']) {
    await page.evaluate(`document.documentElement.style.fontSize = '${size}'`);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, size);
  }
});
