import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Page, type PageClient, readHidden } from '../helpers/page-client.js';
import { createSignIn, readNotice } from '../helpers/sign-in.js';

type SignIn = ReturnType<typeof createSignIn>;

const first = (browser: PageClient, returnTo: string) =>
  browser.get(`/sign-in?rd=${encodeURIComponent(returnTo)}`);

/** Sends the form of a page, and says where that leads. */
async function send(browser: PageClient, page: Page, action: string, fields: Record<string, string>) {
  const { status, headers } = await browser.post(action, { ...readHidden(page, action), ...fields });
  return { status, location: headers.get('location') };
}

async function askIn({ inbox }: SignIn, browser: PageClient, tab: Page, identity: string) {
  const page = await browser.submit(tab, '/sign-in', { identity });
  return { page, code: inbox.lastCode() };
}

describe('two tabs', () => {
  test('a first step left open while another tab signed in leads where it wanted to go', async () => {
    const signIn = createSignIn();
    const browser = signIn.open();
    const [a, b] = [await first(browser, '/a'), await first(browser, '/b')];
    const { page, code } = await askIn(signIn, browser, a, 'alice@example.com');
    assert.equal((await send(browser, page, '/sign-in/code', { otp: code })).location, '/a');
    for (const identity of ['alice@example.com', 'ALICE@example.com']) {
      assert.equal((await send(browser, b, '/sign-in', { identity })).location, '/b');
    }
    assert.equal(signIn.inbox.messages.length, 1);
  });

  test('each ends where it wanted to go, whichever is acted on last', async () => {
    for (const identities of [
      ['alice@example.com', 'alice@example.com'],
      ['alice@example.com', 'bob@example.com'],
    ] as const) {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const signIn = createSignIn();
        const browser = signIn.open();
        const tabs = [await first(browser, '/a'), await first(browser, '/b')];
        const asked: Awaited<ReturnType<typeof askIn>>[] = [];
        for (const [i, tab] of tabs.entries()) {
          asked.push(await askIn(signIn, browser, tab, identities[i] ?? ''));
        }
        for (const i of order) {
          const { page, code } = asked[i] as (typeof asked)[0];
          const { location } = await send(browser, page, '/sign-in/code', { otp: code });
          assert.equal(location, ['/a', '/b'][i]);
          const { text } = await browser.get('/sign-in');
          // The same person has been signed in once, and stays so.
          assert.ok(text.includes(identities[i] ?? ''));
        }
      }
    }
  });

  test('what one sends again serves the other, with the target of each', async () => {
    const signIn = createSignIn({ resendCooldownSeconds: 30 });
    const browser = signIn.open();
    const a = await askIn(signIn, browser, await first(browser, '/a'), 'alice@example.com');
    const b = await askIn(signIn, browser, await first(browser, '/b'), 'alice@example.com');
    signIn.clock.advance(299_000);
    signIn.clock.advance(2_000);
    const again = await browser.submit(a.page, '/sign-in/resend');
    assert.equal(readNotice(again), 'We sent another message.');
    assert.equal(readHidden(again, '/sign-in/code')['rd'], '/a');
    const otp = signIn.inbox.lastCode();
    assert.equal((await send(browser, b.page, '/sign-in/code', { otp })).location, '/b');
  });

  test('a wrong code in one says so there, and costs the other nothing', async () => {
    const signIn = createSignIn();
    const browser = signIn.open();
    const a = await askIn(signIn, browser, await first(browser, '/a'), 'alice@example.com');
    const b = await askIn(signIn, browser, await first(browser, '/b'), 'bob@example.com');
    const wrong = await browser.submit(a.page, '/sign-in/code', { otp: signIn.wrong(a.code) });
    assert.equal(readNotice(wrong), 'That code isn&#39;t right. 4 attempts left.');
    assert.equal(readHidden(wrong, '/sign-in/code')['rd'], '/a');
    const other = await browser.submit(b.page, '/sign-in/code', { otp: signIn.wrong(b.code) });
    assert.equal(readNotice(other), 'That code isn&#39;t right. 4 attempts left.');
  });

  test('signing out in one leaves what another is at', async () => {
    const signIn = createSignIn();
    const { open, type, inbox } = signIn;
    const browser = open();
    const late = await first(browser, '/late');
    const b = await askIn(signIn, browser, await first(browser, '/b'), 'bob@example.com');
    const a = await askIn(signIn, browser, await first(browser, '/a'), 'alice@example.com');
    await type(browser, a.page, a.code);
    const out = await browser.submit(await browser.get('/sign-out'), '/sign-out');
    assert.equal(readNotice(out), 'You are signed out.');
    assert.equal((await send(browser, b.page, '/sign-in/code', { otp: b.code })).location, '/b');
    await browser.submit(await browser.get('/sign-out'), '/sign-out');
    // Its token is from before the sign-in: the page comes again, as it was filled in.
    const again = await browser.submit(late, '/sign-in', { identity: 'carol@example.com' });
    assert.equal(again.status, 403);
    const sent = await browser.submit(again, '/sign-in', { identity: 'carol@example.com' });
    const { location } = await send(browser, sent, '/sign-in/code', { otp: inbox.lastCode() });
    assert.equal(location, '/late');
  });

  test('a link signs in for the tab that asked for it, while others are under way', async () => {
    const publicUrl = 'https://login.example.com';
    const signIn = createSignIn({ magicLink: true, publicUrl, unsafeInsecureCookies: true });
    const browser = signIn.open();
    const a = await askIn(signIn, browser, await first(browser, '/a'), 'alice@example.com');
    const link = /https:\/\/login\.example\.com(\S+)/.exec(signIn.inbox.messages[0]?.text ?? '')?.[1] ?? '';
    const b = await askIn(signIn, browser, await first(browser, '/b'), 'bob@example.com');
    const page = await browser.get(link);
    assert.match(page.text, /Sign in as/);
    const other = await browser.get(link);
    assert.equal((await send(browser, page, '/sign-in/link', {})).location, '/a');
    // The link opened twice, and the tab that asked.
    assert.match((await browser.submit(other, '/sign-in/link')).text, /You are signed in/);
    assert.equal((await send(browser, a.page, '/sign-in/code', { otp: a.code })).location, '/a');
    assert.equal((await send(browser, b.page, '/sign-in/code', { otp: b.code })).location, '/b');
  });
});

describe('a form whose state is gone', () => {
  const cases: [what: string, lose: (browser: PageClient) => void, status: number][] = [
    ['expired', (browser) => browser.cookies.delete('otp_challenge'), 400],
    ['cannot be read any more', (browser) => browser.cookies.set('otp_challenge', 'AAAA'), 400],
  ];
  for (const [what, lose, status] of cases) {
    test(`keeps the identity and the target: ${what}`, async () => {
      const signIn = createSignIn();
      const browser = signIn.open();
      const tab = await first(browser, '/b?year=2026');
      lose(browser);
      const again = await browser.submit(tab, '/sign-in', { identity: 'alice@example.com' });
      assert.equal(again.status, status);
      assert.equal(readNotice(again), 'This page was out of date. Please try again.');
      assert.match(again.text, /name="identity"[^>]* value="alice@example\.com"/);
      const { page, code } = await askIn(signIn, browser, again, 'alice@example.com');
      const { location } = await send(browser, page, '/sign-in/code', { otp: code });
      assert.equal(location, '/b?year=2026');
    });
  }

  test('is taken at once from a browser that says where it comes from', async () => {
    const signIn = createSignIn();
    const browser = signIn.open({ 'Sec-Fetch-Site': 'same-origin' });
    for (const cookie of [undefined, 'AAAA']) {
      const tab = await first(browser, '/b');
      browser.cookies.delete('otp_challenge');
      if (cookie !== undefined) browser.cookies.set('otp_challenge', cookie);
      const fields = { ...readHidden(tab, '/sign-in'), identity: 'alice@example.com' };
      let answer = await browser.post('/sign-in', fields);
      if (answer.status === 307) answer = await browser.post(answer.headers.get('location') ?? '', fields);
      assert.equal(answer.headers.get('location'), '/sign-in/code');
      const page = await browser.get('/sign-in/code');
      const otp = signIn.inbox.lastCode();
      assert.equal((await send(browser, page, '/sign-in/code', { otp })).location, '/b');
      await browser.submit(await browser.get('/sign-out'), '/sign-out');
    }
  });

  test('at the second step shows the way back to the first, with the target', async () => {
    const signIn = createSignIn();
    const browser = signIn.open();
    const { page, code } = await askIn(signIn, browser, await first(browser, '/b'), 'alice@example.com');
    browser.cookies.clear();
    for (const action of ['/sign-in/code', '/sign-in/resend']) {
      const refused = await browser.submit(page, action, { otp: code });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /<a class="primary" href="\.\.\/sign-in\?rd=%2Fb">/);
      assert.doesNotMatch(refused.text, /cookies/);
    }
  });
});

test('cookies are said to be needed only once a browser has lost one twice, and the target is kept', async () => {
  const { open } = createSignIn();
  for (const headers of [{}, { 'Sec-Fetch-Site': 'same-origin' }] as Record<string, string>[]) {
    const browser = open(headers);
    const forgetful = async (path: string, fields: Record<string, string>) => {
      browser.cookies.clear();
      const answer = await browser.post(path, fields);
      browser.cookies.clear();
      return answer;
    };
    const fields = {
      ...readHidden(await first(browser, '/b'), '/sign-in'),
      identity: 'alice@example.com',
    };
    const once = await forgetful('/sign-in', fields);
    assert.doesNotMatch(once.text, /cookies/);
    const more = once.status === 307 ? fields : { ...fields, ...readHidden(once, '/sign-in') };
    const twice = await forgetful(once.headers.get('location') ?? '/sign-in', more);
    assert.match(readNotice(twice) ?? '', /^Signing in needs cookies/);
    assert.equal(readHidden(twice, '/sign-in')['rd'], '/b');
    assert.match(twice.text, /value="alice@example\.com"/);
  }
});

test('a tab finds its own second step again by name, and one that has ended leads to its target', async () => {
  const signIn = createSignIn();
  const browser = signIn.open();
  const a = await askIn(signIn, browser, await first(browser, '/a'), 'alice@example.com');
  await askIn(signIn, browser, await first(browser, '/b'), 'bob@example.com');
  const { flow = '', rd = '' } = readHidden(a.page, '/sign-in/code');
  const own = `/sign-in/code?${new URLSearchParams({ flow, rd })}`;
  assert.equal(readHidden(await browser.get('/sign-in/code'), '/sign-in/code')['rd'], '/b');
  const page = await browser.get(own);
  assert.deepEqual(
    [page.text.includes('alice@example.com'), readHidden(page, '/sign-in/code')['rd']],
    [true, '/a'],
  );
  await send(browser, page, '/sign-in/code', { otp: a.code });
  const ended = await browser.get(own);
  assert.match(ended.text, /You are signed in<\/h1>\s*<p class="lead"><bdi dir="ltr">alice@example\.com/);
  assert.match(ended.text, /<a class="primary" href="\/a">/);
});

test('whatever its tabs do, in any order, each ends at its own target or says what to do there', async () => {
  const people = ['alice@example.com', 'bob@example.com'];
  const action = fc.record({
    tab: fc.nat({ max: 2 }),
    what: fc.constantFrom('ask', 'type', 'wrong', 'resend', 'signOut'),
    person: fc.constantFrom(...people),
  });
  const run = fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 14 }), async (actions) => {
    const signIn = createSignIn({
      maxAttempts: 100,
      requestIpMax: 0,
      verifyIpMax: 0,
      requestIdentityMax: 1000,
    });
    const browser = signIn.open({ 'Sec-Fetch-Site': 'same-origin' });
    const targets = ['/a', '/b', '/c'];
    const tabs: { page: Page; person: string | null }[] = [];
    for (const target of targets) tabs.push({ page: await first(browser, target), person: null });
    const codeOf = (person: string) => signIn.inbox.messages.findLast(({ to }) => to === person)?.code ?? '';
    for (const { tab: i, what, person } of actions) {
      const tab = tabs[i] as (typeof tabs)[0];
      const target = targets[i];
      if (what === 'signOut') {
        const page = await browser.get('/sign-out');
        if (page.path === '/sign-out') await browser.submit(page, '/sign-out');
        continue;
      }
      const isFirst = tab.person === null;
      if (isFirst !== (what === 'ask')) continue;
      const path = isFirst ? '/sign-in' : what === 'resend' ? '/sign-in/resend' : '/sign-in/code';
      if (!tab.page.text.includes(`action="${path}"`)) continue;
      const right = codeOf(tab.person ?? '');
      const fields = isFirst ? { identity: person } : { otp: what === 'type' ? right : signIn.wrong(right) };
      const { status, location } = await send(browser, tab.page, path, fields);
      if (location === '/sign-in/code') {
        const page = await browser.get(location);
        assert.match(page.text, new RegExp(`name="rd" value="${target}"`));
        tabs[i] = { page, person: tab.person ?? person };
      } else if (status === 303) {
        assert.equal(location, target);
        assert.match((await browser.get('/sign-in')).text, /You are signed in/);
        tabs[i] = { page: await browser.get(`/sign-in?rd=${target}`), person: null };
        if (!tabs[i]?.page.text.includes('action="/sign-in"'))
          tabs[i] = { page: tab.page, person: tab.person };
      } else {
        const { text } = await browser.post(path, { ...readHidden(tab.page, path), ...fields });
        assert.match(text, new RegExp(`href="/sign-in\\?rd=%2F${target?.slice(1)}"`));
      }
    }
  });
  await fc.assert(run, { seed: 12, numRuns: 40 });
});
