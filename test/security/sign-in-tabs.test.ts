import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PageClient, readHidden } from '../helpers/page-client.js';
import { createSignIn } from '../helpers/sign-in.js';

const fromHere = { 'Sec-Fetch-Site': 'same-origin' };
/** What browsers keep of one cookie, and what leaves room for others in the 4 KB of headers that nginx takes by default. */
const maxCookieBytes = 3000;

// Attack: open tab after tab until the cookie is so large that proxies refuse every request of the browser.
test('however many tabs begin, the cookie stays small, and the latest of them still sign in', async () => {
  const { open, ask, inbox } = createSignIn({ requestIpMax: 0, verifyIpMax: 0 });
  for (const [size, kept] of [
    [10, 4],
    [1000, 2],
  ] as const) {
    const browser = open();
    const begun: { fields: Record<string, string>; target: string }[] = [];
    for (let i = 0; i < 30; i++) {
      const target = `/${'a'.repeat(size)}${i}`;
      const page = await ask(browser, `${'x'.repeat(50)}${size}-${i}@example.com`, `/sign-in?rd=${target}`);
      begun.push({ fields: { ...readHidden(page, '/sign-in/code'), otp: inbox.lastCode() }, target });
      assert.ok((browser.cookies.get('otp_challenge')?.length ?? 0) < maxCookieBytes);
    }
    for (const { fields, target } of begun.slice(-kept)) {
      const { headers } = await browser.post('/sign-in/code', fields);
      assert.equal(headers.get('location'), target);
    }
  }
});

const hostile = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/\t/evil.example/',
  '/.//evil.example/',
  'javascript:alert(1)',
  'https:evil.example',
  '/sign-out',
];

// Attack: have a form that every tab brings along lead to a page of the attacker's.
test('no form leads to another host, from whatever step and anyone who is signed in', async () => {
  const { open, ask, inbox } = createSignIn({ requestIpMax: 0, verifyIpMax: 0, requestIdentityMax: 1000 });
  for (const rd of hostile) {
    const browser = open(fromHere);
    const first = readHidden(await browser.get('/sign-in'), '/sign-in');
    const page = await ask(browser);
    const fields: Record<string, string> = { ...readHidden(page, '/sign-in/code'), rd };
    const { text } = await browser.get(
      `/sign-in/code?${new URLSearchParams({ flow: fields['flow'] ?? '', rd })}`,
    );
    assert.match(text, /name="rd" value=""/);
    const done = await browser.post('/sign-in/code', { ...fields, otp: inbox.lastCode() });
    assert.equal(done.headers.get('location'), '/sign-in');
    const late = [
      await browser.post('/sign-in', { ...first, identity: 'alice@example.com', rd }),
      await browser.post('/sign-in/code', { ...fields, otp: '123456' }),
      await browser.post('/sign-in/resend', fields),
      await browser.get(`/sign-in/code?${new URLSearchParams({ flow: 'gone', rd })}`),
    ];
    for (const { headers, text } of late) {
      assert.ok([null, '/sign-in'].includes(headers.get('location')), rd);
      assert.ok(!text.includes('evil'));
    }
  }
});

// Attack: let another site send forms, to replace what a browser is at, or to lead someone who is signed in somewhere.
test('a form that another site makes a browser send changes and opens nothing', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const browser = open();
  await type(browser, await ask(browser), inbox.lastCode());
  const before = new Map(browser.cookies);
  for (const site of ['cross-site', 'same-site']) {
    // Without cookies, as SameSite=Lax has it, and with them.
    for (const sender of [open(), browser]) {
      for (const path of ['/sign-in', '/sign-in/code', '/sign-in/resend', '/sign-in/link', '/sign-out']) {
        const fields = { token: 'x', identity: 'alice@example.com', rd: '/pay', flow: 'x', otp: '123456' };
        const answer = await sender.post(path, fields, { 'Sec-Fetch-Site': site });
        assert.ok([400, 403].includes(answer.status), path);
        assert.deepEqual(answer.headers.getSetCookie(), [], path);
        assert.ok(!answer.text.includes('alice'));
      }
    }
  }
  assert.deepEqual(browser.cookies, before);
  assert.equal(inbox.messages.length, 1);
});

// Attack: send the very form that someone else sends, at the same time, to share in its outcome.
test('one form sent by two browsers is two forms', async () => {
  const { open, inbox } = createSignIn();
  const [victim, attacker] = [open(fromHere), open(fromHere)];
  await attacker.get('/sign-in');
  const fields = { ...readHidden(await victim.get('/sign-in'), '/sign-in'), identity: 'alice@example.com' };
  await Promise.all([victim, attacker].map((browser) => browser.post('/sign-in', fields)));
  const flowOf = async (browser: PageClient) =>
    readHidden(await browser.get('/sign-in/code'), '/sign-in/code')['flow'];
  assert.notEqual(await flowOf(victim), await flowOf(attacker));
  assert.equal(inbox.messages.length, 2);
});

// Attack: send the very form that someone has just signed in with, to get their session for the second click.
test('the form of a sign-in gives no session to another browser, signed in or not', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const [victim, stranger, member] = [open(fromHere), open(fromHere), open(fromHere)];
  await type(member, await ask(member, 'mallory@example.com'), inbox.lastCode());
  member.cookies.delete('otp_challenge');
  const own = member.cookies.get('otp_session');
  const page = await ask(victim);
  const fields = { ...readHidden(page, '/sign-in/code'), otp: inbox.lastCode() };
  assert.equal((await victim.post('/sign-in/code', fields)).status, 303);
  for (const other of [stranger, member]) {
    const { status, headers } = await other.post('/sign-in/code', fields);
    assert.deepEqual([status, headers.getSetCookie()], [400, []]);
  }
  assert.equal(member.cookies.get('otp_session'), own);
});

// Attack: keep a copy of someone's cookie from before the sign-in, and act with its forms after it.
test('a browser has another name after a sign-in, and what it has finished is no longer good', async () => {
  const { open, ask, type, inbox, clock } = createSignIn();
  const browser = open();
  await ask(browser, 'bob@example.com');
  const page = await ask(browser, 'alice@example.com');
  const code = inbox.lastCode();
  const first = readHidden(await browser.get('/sign-in'), '/sign-in');
  const copy = open();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  assert.match((await type(browser, page, code)).text, /You are signed in/);

  // Until then a second click shares the outcome of the first.
  clock.advance(11_000);
  for (const fields of [first, readHidden(page, '/sign-in/code')]) {
    const { status } = await browser.post('/sign-out', fields);
    assert.equal(status, 403);
  }
  assert.doesNotMatch((await type(copy, page, code)).text, /You are signed in/);
  assert.equal(copy.cookies.has('otp_session'), false);
});
