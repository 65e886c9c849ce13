import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, PageClient } from '../helpers/page-client.js';
import { createSignIn } from '../helpers/sign-in.js';

const alice = 'alice@example.com';
const cookieName = 'otp_devices';

function createKit(options: Parameters<typeof createSignIn>[0] = {}) {
  const kit = createSignIn({ requestIdentityMax: 1000, requestIpMax: 0, verifyIpMax: 0, ...options });
  const { otp, inbox } = kit;
  async function signIn(browser: PageClient, identity = alice): Promise<Page> {
    const page = await kit.type(browser, await kit.ask(browser, identity), inbox.lastCode());
    assert.match(page.text, /You are signed in/);
    return page;
  }
  /** Whether the service knows a browser with this token: it renews no other. */
  async function knows(identity: string, device: string): Promise<boolean> {
    const sent = await otp.request(identity, { device });
    assert.ok(sent.status === 'sent');
    const { challenge } = sent;
    const result = await otp.verify(identity, inbox.lastCode(), { challenge, device });
    return result.status === 'valid' && result.device !== undefined;
  }
  return { ...kit, signIn, knows };
}

const readDevices = (browser: PageClient) =>
  decodeURIComponent(browser.cookies.get(cookieName) ?? '')
    .split('~')
    .filter(Boolean);

test('a browser that signs in is known from then on, to its last five identities, in about 500 bytes', async () => {
  const kit = createKit();
  const browser = kit.open();
  const people = Array.from({ length: 7 }, (_, index) => `person${index}@example.com`);
  for (const person of people) {
    const page = await kit.signIn(browser, person);
    const [newest = ''] = readDevices(browser);
    assert.equal(await kit.knows(person, newest), true);
    await browser.submit(page, '/sign-out');
  }
  const devices = readDevices(browser);
  assert.equal(devices.length, 5);
  assert.ok((browser.cookies.get(cookieName) ?? '').length < 550);
  for (const [index, device] of devices.entries()) {
    assert.equal(await kit.knows(people.at(-1 - index) ?? '', device), true);
    assert.equal(await kit.knows(people.at(-2 - index) ?? '', device), false);
  }
});

test('each sign-in renews the token of its identity and leaves the others', async () => {
  const kit = createKit();
  const browser = kit.open();
  for (const person of [alice, 'bob@example.com', alice]) {
    await browser.submit(await kit.signIn(browser, person), '/sign-out');
  }
  const [first = '', second = '', ...others] = readDevices(browser);
  assert.deepEqual(others, []);
  assert.equal(await kit.knows(alice, first), true);
  assert.equal(await kit.knows('bob@example.com', second), true);
});

test('scripts cannot read the cookie and other sites cannot send or set it; over plain http it has no prefix', async () => {
  for (const [unsafeInsecureCookies, name, secure] of [
    [false, '__Host-otp_devices', '; Secure'],
    [true, 'otp_devices', ''],
  ] as const) {
    const kit = createKit({ unsafeInsecureCookies, cookieDomain: undefined });
    const browser = kit.open();
    const page = await kit.ask(browser);
    const { headers } = await browser.post('/sign-in/code', {
      ...Object.fromEntries(
        [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map((found) => [
          found[1],
          found[2],
        ]),
      ),
      otp: kit.inbox.lastCode(),
    });
    const line = headers.getSetCookie().find((one) => one.startsWith(`${name}=`)) ?? '';
    assert.match(line, new RegExp(`; Max-Age=15552000; Path=/; HttpOnly${secure}; SameSite=Lax$`), line);
  }
});

// Attack: open the page on a shared machine, to see who has signed in there.
test('the page looks the same with and without the cookie', async () => {
  const kit = createKit();
  const [known, unknown] = [kit.open(), kit.open()];
  await known.submit(await kit.signIn(known), '/sign-out');
  known.cookies.delete('otp_challenge');
  const plain = ({ status, text }: Page) => [
    status,
    text.replace(/nonce="[^"]*"|flow=[\w-]+|value="[\w.-]{22,}"/g, '').replace(/data-expires-in="\d+"/g, ''),
  ];
  for (const identity of [alice, 'bob@example.com']) {
    const pages = [];
    for (const browser of [known, unknown]) {
      const first = await browser.get('/sign-in');
      pages.push([plain(first), plain(await kit.ask(browser, identity))]);
      browser.cookies.delete('otp_challenge');
    }
    assert.deepEqual(pages[0], pages[1]);
  }
});

// Attack: keep a copy of the cookie of a browser whose owner has it forget them.
test('"sign out and forget this browser" takes the cookie away, and ends copies of it', async () => {
  const kit = createKit();
  const browser = kit.open();
  await browser.submit(await kit.signIn(browser, 'bob@example.com'), '/sign-out');
  const before = readDevices(browser);
  const page = await kit.signIn(browser);
  assert.match(page.text, /Sign out and forget this browser/);
  const copies = [...readDevices(browser), ...before];
  const out = await browser.submit(page, '/sign-out', { forget: '1' });
  assert.match(out.text, /You are signed out/);
  assert.equal(browser.cookies.has(cookieName), false);
  for (const identity of [alice, 'bob@example.com'])
    for (const copy of copies) assert.equal(await kit.knows(identity, copy), false);
});

test('signing out leaves the browser known; signing out everywhere does not', async () => {
  const kit = createKit();
  const browser = kit.open();
  await browser.submit(await kit.signIn(browser), '/sign-out');
  const [device = ''] = readDevices(browser);
  assert.equal(await kit.knows(alice, device), true);
  await browser.submit(await kit.signIn(browser), '/sign-out', { everywhere: '1' });
  const [last = ''] = readDevices(browser);
  assert.equal(await kit.knows(alice, last), false);
  assert.equal(await kit.knows(alice, device), false);
  // The next sign-in makes it a known one again.
  await kit.signIn(browser);
  assert.equal(await kit.knows(alice, readDevices(browser)[0] ?? ''), true);
});

// Attack: put anything into the cookie.
test('a cookie that is full of nonsense costs nobody a sign-in', async () => {
  const kit = createKit();
  for (const nonsense of [
    '',
    '~~~~~~',
    'otd1.',
    'x'.repeat(3000),
    '%00%ff',
    '{"a":1}',
    'otd1.a~otd1.b~'.repeat(100),
  ]) {
    const browser = kit.open();
    browser.cookies.set(cookieName, nonsense);
    await kit.signIn(browser);
    assert.equal(readDevices(browser).length, 1);
  }
});

test('where no browser is known there is no cookie and no button for it', async () => {
  const kit = createKit({ deviceTtlSeconds: 0 });
  const browser = kit.open();
  const page = await kit.signIn(browser);
  assert.equal(browser.cookies.has(cookieName), false);
  assert.doesNotMatch(page.text, /forget/);
});
