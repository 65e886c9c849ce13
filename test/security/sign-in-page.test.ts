import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHidden } from '../helpers/page-client.js';
import { createSignIn, readNotice } from '../helpers/sign-in.js';

const publicUrl = 'https://login.example.com';

// Attack: make someone's browser send the form that signs it in as the attacker, to see what is then typed into it.
test('a form of another browser, of none or of another site signs nobody in', async () => {
  const { open, ask, inbox } = createSignIn();
  const attacker = open();
  const theirs: Record<string, string> = readHidden(
    await ask(attacker, 'mallory@example.com'),
    '/sign-in/code',
  );
  const victim = open();
  const fields = { ...theirs, otp: inbox.lastCode() };

  assert.equal((await victim.post('/sign-in/code', fields)).status, 400);
  await victim.get('/sign-in');
  assert.equal((await victim.post('/sign-in/code', fields)).status, 403);
  const { flow = '' } = theirs;
  assert.equal((await victim.post('/sign-in/code', { flow, otp: fields.otp })).status, 403);
  // Nor for one that knows its own token: the browser says who made it send the form.
  for (const site of ['cross-site', 'same-site']) {
    const own = readHidden(await victim.get('/sign-in'), '/sign-in');
    const answer = await victim.post(
      '/sign-in',
      { ...own, identity: 'victim@example.com' },
      { 'Sec-Fetch-Site': site },
    );
    assert.equal(answer.status, 403);
  }
  assert.equal(victim.cookies.has('otp_session'), false);
  assert.equal(inbox.messages.length, 1);
});

// Attack: sign someone out, or send them codes, from another site.
test('no form can be sent without its token, and none that has been changed', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const browser = open();
  const page = await type(browser, await ask(browser), inbox.lastCode());
  const good = readHidden(page, '/sign-out')['token'] ?? '';
  for (const token of [
    '',
    'x',
    good.slice(1),
    `${good}A`,
    good.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
  ]) {
    for (const path of ['/sign-in', '/sign-in/code', '/sign-in/resend', '/sign-in/link', '/sign-out']) {
      assert.equal((await browser.post(path, { token, identity: 'a@example.com' })).status, 403, path);
    }
  }
  assert.match((await browser.get('/sign-in')).text, /You are signed in/);
});

// Attack: plant a cookie of one's own in someone's browser, let them sign in, and go in with the same cookie.
test('what a browser had before it signed in is worth nothing afterwards', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const attacker = open();
  await attacker.get('/sign-in');
  const victim = open();
  for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
  victim.cookies.set('otp_session', 'planted');
  const planted = victim.cookies.get('otp_challenge');
  const page = await ask(victim, 'victim@example.com');
  await type(victim, page, inbox.lastCode());
  assert.notEqual(victim.cookies.get('otp_session'), 'planted');
  assert.notEqual(victim.cookies.get('otp_challenge'), planted);

  assert.doesNotMatch((await attacker.get('/sign-in')).text, /Signed in/);
  assert.equal((await attacker.get('/sign-in/code')).path, '/sign-in');
  // Each sign-in has a token of its own.
  const first = victim.cookies.get('otp_session');
  await victim.submit(await victim.get('/sign-in'), '/sign-out');
  await type(victim, await ask(victim, 'victim@example.com'), inbox.lastCode());
  assert.notEqual(victim.cookies.get('otp_session'), first);
});

// Attack: read someone's code off their screen or out of their mailbox, and type it in another browser.
test('a code works in the browser that asked for it and in no other', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const victim = open();
  const page = await ask(victim, 'victim@example.com');
  const code = inbox.lastCode();

  const attacker = open();
  const theirs = await ask(attacker, 'victim@example.com');
  assert.notEqual(inbox.lastCode(), code);
  assert.match(readNotice(await type(attacker, theirs, code)) ?? '', /^That code isn&#39;t right/);
  // With the form of the victim's page too.
  const stolen = { ...readHidden(page, '/sign-in/code'), otp: code };
  assert.equal((await attacker.post('/sign-in/code', stolen)).status, 403);
  assert.match((await type(victim, page, code)).text, /You are signed in/);
});

// Attack: use up the attempts or replace the code of someone who is signing in.
test('what other browsers do leaves a sign-in as it was', async () => {
  const { open, ask, type, inbox, wrong } = createSignIn();
  const victim = open();
  const page = await ask(victim, 'victim@example.com');
  const code = inbox.lastCode();
  const attacker = open();
  let theirs = await ask(attacker, 'victim@example.com');
  for (let i = 0; i < 4; i++) theirs = await type(attacker, theirs, wrong(inbox.lastCode()));
  assert.match((await type(victim, page, code)).text, /You are signed in/);
});

// Attack: change what the cookie says: another identity, more attempts, a later end.
test('a cookie that was changed, cut or made up is no cookie', async () => {
  const { open, ask } = createSignIn();
  const browser = open();
  await ask(browser);
  const good = browser.cookies.get('otp_challenge') ?? '';
  for (let at = 0; at < good.length; at += 7) {
    const changed = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
    for (const value of [changed, good.slice(0, at)]) {
      browser.cookies.set('otp_challenge', value);
      assert.equal((await browser.get('/sign-in/code')).path, '/sign-in');
    }
  }
});

// Attack: read an identity or a challenge out of the cookie of a shared machine, or out of an address in a log.
test('cookies and addresses hold no identity, no code and no challenge in the open', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open();
  const page = await ask(browser, 'alice@example.com', '/sign-in?rd=%2Freports');
  const sealed = browser.cookies.get('otp_challenge') ?? '';
  const opened = Buffer.from(sealed, 'base64url').toString('latin1') + sealed;
  for (const secret of ['alice', inbox.lastCode(), 'challenge', '"flow"'])
    assert.ok(!opened.includes(secret));
  assert.equal(page.path, '/sign-in/code');
});

// Attack: show the page in a frame, invisible, over something that people click on.
test('the page is shown in no frame, but for the origins that are named', async () => {
  const read = async (embedOrigins: string[]) => {
    const { headers } = await createSignIn({ embedOrigins }).open().get('/sign-in');
    return { policy: headers.get('content-security-policy') ?? '', options: headers.get('x-frame-options') };
  };
  const closed = await read([]);
  assert.match(closed.policy, /frame-ancestors 'none'/);
  assert.equal(closed.options, 'DENY');
  const open = await read(['https://app.example.com']);
  assert.match(open.policy, /frame-ancestors https:\/\/app\.example\.com;/);
  assert.equal(open.options, null);
});

// Attack: get a script into the page, or an address out of it.
test('every page allows its own script and style only, sends no referrer and is kept nowhere', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const browser = open();
  const pages = [await browser.get('/sign-in'), await ask(browser)];
  pages.push(await type(browser, pages[1] as never, inbox.lastCode()));
  pages.push(await browser.get('/sign-in/link?k=x'), await open().post('/sign-in', {}));
  const nonces = new Set<string>();
  for (const { headers, text } of pages) {
    const policy = headers.get('content-security-policy') ?? '';
    const [, style, script] =
      /^default-src 'none'; style-src 'nonce-([\w-]{22})'; script-src 'nonce-([\w-]{22})';/.exec(policy) ??
      [];
    assert.ok(style !== undefined && style === script && !nonces.has(style));
    nonces.add(style);
    assert.equal(text.split(` nonce="${style}"`).length, 3);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.deepEqual(
      [headers.get('referrer-policy'), headers.get('cache-control'), headers.get('x-content-type-options')],
      ['no-referrer', 'no-store', 'nosniff'],
    );
    assert.doesNotMatch(text, /<script(?! src=)|<style| style=| on[a-z]+="|https?:\/\//);
  }
});

test('over https the cookies are bound to the host; plain http is for localhost alone', async () => {
  const { otp, inbox } = createSignIn({ unsafeInsecureCookies: false });
  const get = (url: string) => otp.handler(new Request(url), { remoteAddress: '192.0.2.1' });
  const [cookie = ''] = (await get(`${publicUrl}/sign-in`)).headers.getSetCookie();
  assert.match(
    cookie,
    /^__Host-otp_challenge=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  assert.equal(inbox.messages.length, 0);

  const insecure = createSignIn().otp.handler;
  for (const [host, status] of [
    ['localhost:8000', 200],
    ['127.0.0.1', 200],
    ['app.localhost', 200],
    ['[::1]:8000', 200],
    ['192.168.0.7', 403],
    ['otp.example.com', 403],
    ['localhost.example.com', 403],
    ['127.0.0.1.example.com', 403],
  ] as const) {
    assert.equal((await insecure(new Request(`http://${host}/sign-in`))).status, status, host);
  }
});

// Attack: find out who may sign in, by what the page says or by the code of someone who may not.
test('who may not enter sees what everyone sees, and no code lets them in', async () => {
  const { open, ask, type, inbox } = createSignIn({ gateAllow: ['@example.com'] });
  const run = async (identity: string) => {
    const browser = open();
    const strip = (text: string) =>
      text
        .replace(/(value|nonce)="[^"]*"/g, '')
        .replaceAll(identity, 'IDENTITY')
        .replace(/flow=[\w-]+/g, '');
    const asked = await ask(browser, identity);
    const wrong = await type(browser, asked, '000000');
    const again = await browser.submit(wrong, '/sign-in/resend');
    return { pages: [asked, wrong, again].map(({ status, text }) => [status, strip(text)]), browser, again };
  };
  const allowed = await run('alice@example.com');
  const refused = await run('mallory@example.net');
  assert.deepEqual(refused.pages, allowed.pages);
  assert.ok(inbox.messages.every(({ to }) => to === 'alice@example.com'));
  for (const code of ['111111', inbox.lastCode()]) {
    assert.match(
      readNotice(await type(refused.browser, refused.again, code)) ?? '',
      /^That code isn&#39;t right/,
    );
  }
  assert.equal(refused.browser.cookies.has('otp_session'), false);
});

// Attack (by nobody): a mail filter opens every link in a message, and again, and again.
test('a thousand prefetches of every address in a message change nothing, and then the person signs in', async () => {
  const { open, ask, type, inbox, otp } = createSignIn({
    magicLink: true,
    publicUrl,
    unsafeInsecureCookies: true,
  });
  for (const way of ['code', 'link'] as const) {
    const browser = open();
    const page = await ask(browser, `${way}@example.com`);
    const message = inbox.messages.at(-1);
    const addresses = [...`${message?.text}${message?.html}`.matchAll(/https?:\/\/[^\s"<>]+/g)].map(
      ([url]) => url,
    );
    const unique = [...new Set(addresses)];
    assert.equal(unique.length, 1);
    for (const url of unique) {
      assert.ok(!url.includes(message?.code ?? '') && !decodeURIComponent(url).includes(`${way}@`));
      for (let i = 0; i < 1000; i++) {
        const method = ['GET', 'HEAD'][i % 2] as string;
        const local = url.replace(publicUrl, 'http://localhost:8000');
        const answer = await otp.handler(new Request(local, { method }), { remoteAddress: '198.51.100.7' });
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.headers.getSetCookie(), []);
      }
    }
    const path = (unique[0] ?? '').slice(publicUrl.length);
    const signedIn =
      way === 'code'
        ? await type(browser, page, inbox.lastCode())
        : await browser.submit(await browser.get(path), '/sign-in/link');
    assert.match(signedIn.text, /You are signed in/);
  }
});

// Attack: open the link of a message that was forwarded, leaked or logged.
test('a link shows its code anywhere, and signs in nowhere but in the browser that asked', async () => {
  const { open, ask, type, inbox, clock } = createSignIn({
    magicLink: true,
    publicUrl,
    unsafeInsecureCookies: true,
  });
  const asker = open();
  const page = await ask(asker, 'alice@example.com');
  const path = readLinkPath(inbox.messages[0]?.text);
  const thief = open();
  const shown = await thief.get(path);
  assert.ok(shown.text.includes(`>${inbox.lastCode()}<`) && !shown.text.includes('name="token"'));
  assert.ok(!shown.text.includes('alice'));

  // With a form of their own sign-in for the same identity.
  const theirs = readHidden(await ask(thief, 'alice@example.com'), '/sign-in/code');
  const forced = await thief.post('/sign-in/link', {
    token: theirs['token'] ?? '',
    k: path.split('k=')[1] ?? '',
  });
  assert.equal(forced.headers.get('location'), '/sign-in/code');
  assert.equal(readNotice(await thief.get('/sign-in/code')), 'This page was out of date. Please try again.');
  assert.equal(thief.cookies.has('otp_session'), false);

  const asked = await asker.get(path);
  assert.match(asked.text, /Sign in as <bdi dir="ltr">alice@example\.com<\/bdi>\?/);
  assert.ok(!asked.text.includes(inbox.messages[0]?.code ?? ''));
  assert.match((await asker.submit(asked, '/sign-in/link')).text, /You are signed in/);
  // Once, like the code.
  assert.match((await asker.get(path)).text, /You are signed in/);
  assert.equal((await type(asker, page, inbox.messages[0]?.code ?? '')).status, 403);

  clock.advance(300_000);
  const late = await thief.get(path);
  assert.deepEqual([late.status, readNotice(late)], [410, 'This link no longer works. Ask for a new code.']);
});

// Attack: change what a link leads to.
test('a link that was changed in any letter leads nowhere', async () => {
  const { open, ask, inbox } = createSignIn({ magicLink: true, publicUrl, unsafeInsecureCookies: true });
  const browser = open();
  await ask(browser);
  const path = readLinkPath(inbox.messages[0]?.text);
  for (let at = path.indexOf('k=') + 2; at < path.length; at++) {
    const changed = path.slice(0, at) + (path[at] === 'A' ? 'B' : 'A') + path.slice(at + 1);
    assert.equal((await browser.get(changed)).status, 410);
  }
});

function readLinkPath(text: string | undefined): string {
  return new RegExp(`${publicUrl}(\\S+)`).exec(text ?? '')?.[1] ?? '';
}
