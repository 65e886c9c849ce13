import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OtpError } from '../../src/errors.js';
import { createMemoryStore } from '../../src/stores/memory.js';
import { createManualClock } from '../helpers/clock.js';
import { readHidden } from '../helpers/page-client.js';
import { createSignIn, readNotice } from '../helpers/sign-in.js';

test('a code is asked for, typed and leads to the page that someone wanted', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open();
  const page = await ask(browser, 'Alice@Example.com', '/sign-in?rd=%2Freports%3Fyear%3D2026');
  assert.equal(page.path, '/sign-in/code');
  assert.match(page.text, /We sent a code to <bdi dir="ltr">alice@example\.com<\/bdi>\./);
  assert.equal(inbox.messages.length, 1);
  assert.deepEqual([inbox.messages[0]?.to, inbox.messages[0]?.channel], ['alice@example.com', 'email']);

  const done = await browser.post('/sign-in/code', {
    ...readHidden(page, '/sign-in/code'),
    otp: inbox.lastCode(),
  });
  assert.deepEqual([done.status, done.headers.get('location')], [303, '/reports?year=2026']);
  const signedIn = await browser.get('/sign-in');
  assert.match(
    signedIn.text,
    /You are signed in<\/h1>\s*<p class="lead"><bdi dir="ltr">alice@example\.com<\/bdi>/,
  );
});

test('every step shows the language of the browser, and the message is in it too', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open({ 'Accept-Language': 'ar-EG,ar;q=0.9' });
  const first = await browser.get('/sign-in');
  assert.match(first.text, /<html lang="ar" dir="rtl">/);
  const second = await ask(browser);
  assert.match(second.text, /<html lang="ar" dir="rtl">/);
  assert.equal(inbox.messages[0]?.locale, 'ar');
});

test('a code may be typed with spaces, dashes and the digits of another script', async () => {
  const write: ((code: string) => string)[] = [
    (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
    (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
    (code) => code.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit))),
    (code) => code.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  ];
  for (const as of write) {
    const { open, ask, type, inbox } = createSignIn();
    const browser = open();
    const page = await type(browser, await ask(browser), as(inbox.lastCode()));
    assert.match(page.text, /You are signed in/);
  }
});

test('a wrong code says how many attempts are left, and the last one ends the code', async () => {
  const { open, ask, type, inbox, wrong } = createSignIn({ maxAttempts: 3 });
  const browser = open();
  let page = await ask(browser);
  for (const left of [2, 1]) {
    page = await type(browser, page, wrong(inbox.lastCode()));
    assert.equal(
      readNotice(page),
      `That code isn&#39;t right. ${left === 1 ? '1 attempt' : `${left} attempts`} left.`,
    );
  }
  page = await type(browser, page, wrong(inbox.lastCode()));
  assert.match(readNotice(page) ?? '', /^Too many wrong codes/);
  assert.ok(!page.text.includes('id="otp"'));
  const again = await browser.submit(page, '/sign-in/resend');
  assert.equal(inbox.messages.length, 2);
  assert.match((await type(browser, again, inbox.lastCode())).text, /You are signed in/);
});

test('what cannot be a code costs no attempt', async () => {
  const { open, ask, type, inbox, wrong } = createSignIn();
  const browser = open();
  const page = await type(browser, await ask(browser), 'abc');
  assert.equal(readNotice(page), 'The code has 6 digits. We kept what you typed.');
  assert.equal(
    readNotice(await type(browser, page, wrong(inbox.lastCode()))),
    'That code isn&#39;t right. 4 attempts left.',
  );
});

test('an expired code is said to be so, and a new one can be had from there', async () => {
  const { open, ask, type, inbox, clock } = createSignIn();
  const browser = open();
  const page = await ask(browser);
  clock.advance(300_000);
  assert.match(readNotice(await type(browser, page, inbox.lastCode())) ?? '', /^This code has expired/);
  const reloaded = await browser.get('/sign-in/code');
  assert.ok(!reloaded.text.includes('id="otp"'));
  const renewed = await browser.submit(reloaded, '/sign-in/resend');
  assert.equal(readNotice(renewed), 'We sent another message.');
  assert.match((await type(browser, renewed, inbox.lastCode())).text, /You are signed in/);
});

test('a reload, the back button and the first page sent again send no second message', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open();
  await ask(browser);
  for (let i = 0; i < 3; i++) {
    await browser.get('/sign-in/code');
    await browser.get('/sign-in');
  }
  assert.equal(inbox.messages.length, 1);
  const back = await ask(browser, 'ALICE@example.com', '/sign-in?rd=%2Flater');
  assert.equal(back.path, '/sign-in/code');
  assert.equal(inbox.messages.length, 1);
  const done = await browser.post('/sign-in/code', {
    ...readHidden(back, '/sign-in/code'),
    otp: inbox.lastCode(),
  });
  assert.equal(done.headers.get('location'), '/later');
});

test('the page never says more of the life of a code than the message did', async () => {
  for (const [windowSeconds, said] of [
    [30, '30 seconds'],
    [60, '1 minute'],
    [300, '5 minutes'],
  ] as const) {
    const { open, ask, clock } = createSignIn({ windowSeconds });
    const browser = open();
    const page = await ask(browser);
    assert.match(page.text, new RegExp(`The code has [0-9]+ digits\\. It expires in ${said}\\.`));
    clock.advance(20_000);
    const left = windowSeconds === 30 ? '10 seconds' : windowSeconds === 60 ? '40 seconds' : '4 minutes';
    assert.match((await browser.get('/sign-in/code')).text, new RegExp(`It expires in ${left}\\.`));
  }
});

test('the time until another message comes from the policy, and asking too early sends none', async () => {
  const { open, ask, clock, inbox } = createSignIn({ resendCooldownSeconds: 45 });
  const browser = open();
  const page = await ask(browser);
  assert.match(page.text, /<button class="quiet" data-seconds="45">Resend code/);
  const early = await browser.submit(page, '/sign-in/resend');
  assert.equal(readNotice(early), 'You can ask for another code in 45 seconds.');
  assert.equal(inbox.messages.length, 1);
  clock.advance(45_000);
  const later = await browser.submit(await browser.get('/sign-in/code'), '/sign-in/resend');
  assert.equal(readNotice(later), 'We sent another message.');
  assert.equal(inbox.messages.length, 2);
});

test('a number gets its code by the channel that is chosen', async () => {
  const { open, ask, type, inbox } = createSignIn();
  const browser = open();
  const page = await ask(browser, '+49 151 12345678');
  assert.equal(inbox.messages[0]?.channel, 'sms');
  assert.match(page.text, /\+4915112345678/);
  assert.match(page.text, /data-web-otp/);
  const other = await browser.submit(page, '/sign-in/resend', { channel: 'whatsapp' });
  assert.deepEqual([inbox.messages.length, inbox.messages[1]?.channel], [2, 'whatsapp']);
  assert.doesNotMatch(other.text, /data-web-otp/);
  assert.match((await type(browser, other, inbox.lastCode())).text, /You are signed in/);
});

test('a number without its country is asked for it, and the nearest is chosen', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open({ 'Accept-Language': 'de-AT' });
  const page = await ask(browser, '0664 1234567');
  assert.match(readNotice(page) ?? '', /^Wählen Sie Ihr Land/);
  assert.match(page.text, /<option value="AT" selected>Österreich \+43<\/option>/);
  assert.match(page.text, /value="0664 1234567"/);
  const sent = await browser.submit(page, '/sign-in', { identity: '0664 1234567', country: 'AT' });
  assert.equal(sent.path, '/sign-in/code');
  assert.equal(inbox.messages[0]?.to, '+436641234567');
});

test('a fixed line is called, and is offered no SMS', async () => {
  const transport = {
    name: 'phones',
    channels: ['sms', 'voice', 'whatsapp'] as const,
    send: async () => ({ ok: true as const }),
  };
  const { open, ask } = createSignIn({ transports: [transport] });
  const page = await ask(open(), '+49 30 12345678');
  assert.equal(page.path, '/sign-in/code');
  const offered = [...page.text.matchAll(/name="channel" value="(\w+)"/g)].map(([, channel]) => channel);
  assert.deepEqual(offered, ['whatsapp']);
});

test('only countries whose numbers are sent codes are offered, and a number of another is refused in words', async () => {
  const { open, ask, inbox } = createSignIn({ phoneCountries: ['DE', 'CH', 'IM'] });
  const browser = open({ 'Accept-Language': 'de-AT' });
  const page = await ask(browser, '0664 1234567');
  const offered = [...page.text.matchAll(/<option value="([A-Z]*)"/g)].map(([, country]) => country);
  assert.deepEqual(offered, ['', 'DE', 'IM', 'CH']);
  const refused = await ask(browser, '+43 664 1234567');
  assert.equal(readNotice(refused), 'An Telefonnummern dieses Landes senden wir keine Codes.');
  const premium = await ask(browser, '+49 900 1234567');
  assert.match(readNotice(premium) ?? '', /^An diese Art von Nummer können wir keinen Code senden/);
  assert.deepEqual(inbox.messages, []);
  const { countries } = JSON.parse((await browser.get('/sign-in/countries.json')).text);
  assert.deepEqual(
    countries.map(({ country }: { country: string }) => country),
    ['DE', 'IM', 'CH'],
  );
});

test('a notice is shown again on a reload, and no longer to someone who comes back later', async () => {
  const { open, ask, clock } = createSignIn();
  const browser = open();
  const sentence = 'Please check the address or number.';
  assert.equal(readNotice(await ask(browser, 'alice@')), sentence);
  clock.advance(299_000);
  const reloaded = await browser.get('/sign-in');
  assert.deepEqual([readNotice(reloaded), /value="alice@"/.test(reloaded.text)], [sentence, true]);
  clock.advance(1000);
  const later = await browser.get('/sign-in');
  assert.deepEqual([readNotice(later), /value="alice@"/.test(later.text)], [null, false]);
});

test('what names nobody is shown again, with what was wrong', async () => {
  const { open, ask, inbox } = createSignIn();
  const browser = open();
  const page = await ask(browser, 'alice@', '/sign-in?rd=%2Freports');
  assert.equal(page.path, '/sign-in?rd=%2Freports');
  assert.equal(readNotice(page), 'Please check the address or number.');
  assert.match(page.text, /value="alice@"/);
  assert.match(page.text, /aria-invalid="true"/);
  assert.equal(inbox.messages.length, 0);
});

describe('what the service refuses becomes a sentence on the page', () => {
  const cases: [name: string, options: Parameters<typeof createSignIn>[0], sentence: RegExp][] = [
    ['the limit of the address', { requestIpMax: 1 }, /^Too many tries\. Please try again in 10 minutes\.$/],
    [
      'the limit of the identity',
      { requestIdentityMax: 1 },
      /^Too many tries\. Please try again in 10 minutes\.$/,
    ],
  ];
  for (const [name, options, sentence] of cases) {
    test(name, async () => {
      const { open, ask } = createSignIn(options);
      await ask(open());
      assert.match(readNotice(await ask(open())) ?? '', sentence);
    });
  }

  test('a message that is not accepted', async () => {
    const { open, ask } = createSignIn({
      answer: () => ({ ok: false, category: 'rejected', retryable: false, detail: 'no' }),
    } as never);
    assert.equal(readNotice(await ask(open())), 'The code could not be sent. Please try again.');
  });

  test('a channel that nobody serves', async () => {
    const { open, ask } = createSignIn({
      transports: [{ name: 'mail', channels: ['email'], send: async () => ({ ok: true }) }],
    });
    const browser = open();
    assert.match((await browser.get('/sign-in')).text, /type="email"/);
    assert.equal(
      readNotice(await ask(browser, '+4915112345678')),
      'No code can be sent to this address or number.',
    );
  });

  test('a store that cannot answer, at every step', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    let isDown = false;
    const broken = new Proxy(store, {
      get: (target, name: keyof typeof store) =>
        isDown && typeof target[name] === 'function'
          ? async () => Promise.reject(new OtpError('store_unavailable', 'The store is unavailable'))
          : target[name],
    });
    const { open, ask, type, inbox } = createSignIn({ store: broken, clock });
    const browser = open();
    const page = await ask(browser);
    isDown = true;
    assert.match(readNotice(await type(browser, page, inbox.lastCode())) ?? '', /^The service cannot answer/);
    assert.match(readNotice(await ask(open())) ?? '', /^The service cannot answer/);
    isDown = false;
    const signedIn = await type(browser, await browser.get('/sign-in/code'), inbox.lastCode());
    assert.match(signedIn.text, /You are signed in/);
    isDown = true;
    const refused = await browser.submit(signedIn, '/sign-out');
    assert.deepEqual([refused.status, /cannot answer/.test(refused.text)], [503, true]);
  });
});

test('who came by themselves is led home, and finds the way there when signed in', async () => {
  const { open, ask, inbox } = createSignIn({ signInHome: '/start' });
  const browser = open();
  const page = await ask(browser);
  const done = await browser.post('/sign-in/code', {
    ...readHidden(page, '/sign-in/code'),
    otp: inbox.lastCode(),
  });
  assert.deepEqual([done.status, done.headers.get('location')], [303, '/start']);
  assert.match((await browser.get('/sign-in')).text, /<a class="primary" href="\/start">/);
  assert.match((await browser.get('/sign-out')).text, /<a href="\/start">/);
  assert.match((await browser.get('/sign-in?rd=/reports')).text, /<a class="primary" href="\/reports">/);
});

test('a home on another host, or on the page itself, is refused', () => {
  for (const signInHome of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/sign-in',
    'start',
    '',
  ]) {
    assert.throws(() => createSignIn({ signInHome }), /signInHome must be a path/, signInHome);
  }
});

test('signing out ends the session for everyone who has its cookie', async () => {
  const { open, ask, type, inbox, otp } = createSignIn({ refreshTokenTtlSeconds: 3600 });
  const browser = open();
  const page = await type(browser, await ask(browser), inbox.lastCode());
  const token = browser.cookies.get('otp_session') ?? '';
  assert.equal((await otp.verifyToken(token)).active, true);
  const out = await browser.submit(page, '/sign-out');
  assert.equal(readNotice(out), 'You are signed out.');
  assert.equal(browser.cookies.has('otp_session'), false);
  assert.equal((await otp.verifyToken(token)).active, false);
});

test('signing out everywhere ends the sessions of every browser, and their pending codes', async () => {
  const { open, ask, type, inbox, otp } = createSignIn({ refreshTokenTtlSeconds: 3600 });
  const [here, there, asking] = [open(), open(), open()];
  const page = await type(here, await ask(here), inbox.lastCode());
  await type(there, await ask(there), inbox.lastCode());
  const step = await ask(asking);
  const code = inbox.lastCode();
  assert.match(page.text, /<button class="quiet" name="everywhere" value="1">Sign out everywhere<\/button>/);
  const tokens = [here, there].map(({ cookies }) => cookies.get('otp_session') ?? '');
  const out = await here.submit(page, '/sign-out', { everywhere: '1' });
  assert.equal(readNotice(out), 'You are signed out.');
  for (const token of tokens) assert.equal((await otp.verifyToken(token)).active, false);
  assert.match((await there.get('/sign-out')).path, /^\/sign-in/);
  assert.doesNotMatch((await type(asking, step, code)).text, /You are signed in/);
  assert.match((await type(there, await ask(there), inbox.lastCode())).text, /You are signed in/);
});

test('signing out ends the sessions of no other browser', async () => {
  const { open, ask, type, inbox, otp } = createSignIn({ refreshTokenTtlSeconds: 3600 });
  const [here, there] = [open(), open()];
  const page = await type(here, await ask(here), inbox.lastCode());
  await type(there, await ask(there), inbox.lastCode());
  await here.submit(page, '/sign-out');
  assert.equal((await otp.verifyToken(there.cookies.get('otp_session') ?? '')).active, true);
});

test('two clicks on one button are one message, and one attempt', async () => {
  const { open, inbox, wrong, otp } = createSignIn();
  const browser = open();
  const first = readHidden(await browser.get('/sign-in'), '/sign-in');
  const twice = () =>
    Promise.all([1, 2].map(() => browser.post('/sign-in', { ...first, identity: 'alice@example.com' })));
  const locations = (await twice()).map(({ headers }) => headers.get('location'));
  assert.deepEqual(locations, ['/sign-in/code', '/sign-in/code']);
  assert.equal(inbox.messages.length, 1);

  const second = readHidden(await browser.get('/sign-in/code'), '/sign-in/code');
  await Promise.all(
    [1, 2].map(() => browser.post('/sign-in/code', { ...second, otp: wrong(inbox.lastCode()) })),
  );
  const page = await browser.get('/sign-in/code');
  assert.equal(readNotice(page), 'That code isn&#39;t right. 4 attempts left.');

  // The browser drops the first answer, so the second must bring the session too.
  const third = readHidden(page, '/sign-in/code');
  const answers = await Promise.all(
    [1, 2].map(() => browser.post('/sign-in/code', { ...third, otp: inbox.lastCode() })),
  );
  for (const { headers } of answers) {
    assert.equal(headers.get('location'), '/sign-in');
    const token = /otp_session=([^;]+)/.exec(headers.getSetCookie().join())?.[1];
    assert.equal((await otp.verifyToken(token)).active, true);
  }
});

test('a second click has the outcome of the first even when its answer brought new cookies', async () => {
  for (const others of [[], ['bob@example.com']]) {
    const { open, ask, inbox, otp, clock } = createSignIn();
    const browser = open();
    for (const other of others) await ask(browser, other);
    const page = await ask(browser, 'alice@example.com');
    const fields = { ...readHidden(page, '/sign-in/code'), otp: inbox.lastCode(), rd: '' };
    for (let click = 0; click < 2; click++) {
      const { headers } = await browser.post('/sign-in/code', fields);
      assert.equal(headers.get('location'), '/sign-in');
      const check = await otp.verifyToken(browser.cookies.get('otp_session'));
      assert.ok(check.active && check.claims.sub === 'alice@example.com');
    }
    // Another tab's form is another form, and after a while so is this one.
    const changed = await browser.post('/sign-in/code', { ...fields, otp: '123456' });
    clock.advance(11_000);
    const late = await browser.post('/sign-in/code', fields);
    const expected = others.length > 0 ? 403 : 400;
    assert.deepEqual([changed.status, late.status], [expected, expected]);
  }
});

test('two tabs that ask for the same person share one sign-in, and one message', async () => {
  const { open, type, inbox } = createSignIn();
  const browser = open();
  const [one, two] = [await browser.get('/sign-in'), await browser.get('/sign-in')];
  const inOne = await browser.submit(one, '/sign-in', { identity: 'alice@example.com' });
  await browser.submit(two, '/sign-in', { identity: 'alice@example.com' });
  assert.equal(inbox.messages.length, 1);
  assert.match((await type(browser, inOne, inbox.lastCode())).text, /You are signed in/);
});

test('the page says that a code was sent only where everyone gets one', async () => {
  const { open, ask } = createSignIn({ gateAllow: ['@example.com'] });
  const [allowed, refused] = [await ask(open()), await ask(open(), 'mallory@example.net')];
  assert.match(allowed.text, /If <bdi dir="ltr">alice@example\.com<\/bdi> may sign in here/);
  assert.match(refused.text, /If <bdi dir="ltr">mallory@example\.net<\/bdi> may sign in here/);
});

test('without the purpose sign-in, or with API keys, there is no page unless it is asked for', async () => {
  const hash = '0'.repeat(64);
  for (const [options, status] of [
    [{ purposes: ['payment'] }, 404],
    [{ apiKeyHashes: [hash] }, 404],
    [{ apiKeyHashes: [hash], signInPage: true }, 200],
    [{ apiKeyHashes: [{ name: 'ops', hash, rights: ['operate'] }] }, 200],
    [{ apiKeyHashes: [{ name: 'both', hash, rights: ['operate', 'otp'] }] }, 404],
    [{ signInPage: false }, 404],
  ] as const) {
    assert.equal((await createSignIn(options).open().get('/sign-in')).status, status);
  }
});

test('with a cookie domain one sign-in leads back to any host under it, and its cookie is for all of them', async () => {
  const { otp, open, inbox } = createSignIn({
    publicUrl: 'https://login.example.com',
    cookieDomain: 'example.com',
    unsafeInsecureCookies: false,
  });
  const asked = await otp.handler(
    new Request('http://127.0.0.1:8000/authz/forward-auth', {
      headers: {
        Accept: 'text/html',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'app.example.com',
        'X-Forwarded-Uri': '/reports?year=2026',
      },
    }),
  );
  const location = asked.headers.get('location') ?? '';
  assert.ok(location.startsWith('https://login.example.com/sign-in?rd='));
  const browser = open();
  const first = await browser.get(location.slice('https://login.example.com'.length));
  const policy = first.headers.get('content-security-policy') ?? '';
  // Chromium holds the whole way after a form to this, redirects included.
  assert.match(policy, /form-action 'self' https:\/\/example\.com:\* https:\/\/\*\.example\.com:\*;/);
  const second = await browser.submit(first, '/sign-in', { identity: 'alice@example.com' });
  const fields = { ...readHidden(second, '/sign-in/code'), otp: inbox.lastCode() };
  const done = await browser.post('/sign-in/code', fields);
  assert.equal(done.headers.get('location'), 'https://app.example.com/reports?year=2026');
  const [session] = done.headers.getSetCookie();
  assert.match(
    session ?? '',
    /^__Secure-otp_session=[\w.-]+; Max-Age=900; Domain=example\.com; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});

// Reported of other services: the full stop of a sentence, the bracket of a quotation or a line end came along with the link.
test('a link works with what was copied along with it', async () => {
  const publicUrl = 'https://login.example.com';
  const { open, ask, inbox } = createSignIn({ magicLink: true, publicUrl, unsafeInsecureCookies: true });
  const browser = open();
  await ask(browser);
  const [, link = ''] = /https:\/\/login\.example\.com(\S+)/.exec(inbox.messages[0]?.text ?? '') ?? [];
  for (const more of [
    '.',
    ',',
    '>',
    '%3E',
    ')',
    '%22',
    '%20',
    '%0D%0A',
    '%C2%A0',
    '%E2%80%8B',
    '>%20It%20expires',
    '&utm_source=mail',
  ]) {
    const page = await browser.get(link + more);
    assert.match(page.text, /alice@example\.com/, more);
    // In another browser too, where it shows the code.
    assert.match((await open().get(link + more)).text, new RegExp(inbox.lastCode()), more);
  }
  const page = await browser.get(`${link}.`);
  assert.match((await browser.submit(page, '/sign-in/link')).text, /You are signed in/);
});

/** The path of the link in the last message, and what it holds after `k=`. */
function splitLink(text = ''): { path: string; sealed: string } {
  const [, path = '', sealed = ''] = /https:\/\/login\.example\.com(\/\S+\?)k=([\w-]+)/.exec(text) ?? [];
  return { path, sealed };
}

/** As a message wraps it. */
const wrap = (text: string, width: number, by: string) =>
  text.match(new RegExp(`.{1,${width}}`, 'g'))?.join(by) ?? '';

// Reported of other services: a link from the raw source of a message looked expired.
test('a link works as the source of a message has it', async () => {
  const publicUrl = 'https://login.example.com';
  const { open, ask, inbox } = createSignIn({ magicLink: true, publicUrl });
  const browser = open();
  await ask(browser);
  const { path, sealed } = splitLink(inbox.messages[0]?.text);
  const forms = {
    'in HTML': `utm_source=mail&amp;k=${sealed}`,
    'in HTML that is in HTML': `utm_source=mail&amp;amp;k=${sealed}&amp;amp;x=y`,
    'in quoted-printable': `k=3D${sealed}`,
    'in quoted-printable, and HTML': `a=3Db&amp;k=3D${sealed}&amp;c=3Dd`,
    // Browsers drop the line ends.
    'in the lines of quoted-printable': `k=3D${wrap(sealed, 73, '=')}`,
    'in the lines of quoted-printable, encoded': `k=3D${wrap(sealed, 73, '=%0D%0A')}`,
    'over lines': `k=${wrap(sealed, 60, '%0A')}`,
    'over lines of 36': `k=${wrap(sealed, 36, '%0D%0A')}`,
    'over lines, which became spaces': `k=${wrap(sealed, 60, '%20')}`,
    'over lines, which became plus signs': `k=${wrap(sealed, 60, '+')}`,
    'over indented lines': `k=${wrap(sealed, 60, '%0A%20%20')}`,
    'over quoted lines': `k=${wrap(sealed, 60, '%0A%3E%20%3E%20')}.%0AThanks`,
    'over lines, before more words': `k=${wrap(sealed, 60, '%0A')}%20It%20expires%20soon`,
    'with an encoded equals sign': `k%3D${sealed}`,
    'encoded once more': `k%3D${sealed}%26utm_source%3Dmail`,
    'in Markdown': `k=${sealed})`,
    'in Markdown, with a title': `k=${sealed}%20%22Sign%20in%22)`,
    'between angle brackets': `k=${sealed}%3E`,
    'with invisible characters': `k=%E2%80%8B${wrap(sealed, 60, '%E2%80%8B')}`,
  };
  for (const [form, query] of Object.entries(forms)) {
    assert.match((await browser.get(path + query)).text, /Sign in as .*alice@example\.com/s, form);
    assert.match((await open().get(path + query)).text, new RegExp(inbox.lastCode()), form);
  }
  const page = await browser.get(path + forms['in the lines of quoted-printable, encoded']);
  assert.match((await browser.submit(page, '/sign-in/link')).text, /You are signed in/);
});

test('a link that lacks a part says so, and one that is too old that it is', async () => {
  const publicUrl = 'https://login.example.com';
  const { open, ask, inbox, clock } = createSignIn({ magicLink: true, publicUrl });
  const browser = open();
  await ask(browser);
  const { path, sealed } = splitLink(inbox.messages[0]?.text);
  const [first = ''] = wrap(sealed, 60, ' ').split(' ');
  const broken = [
    '',
    'k=',
    'x=y',
    `k=${first}`,
    `k=3D${first}=`,
    `k=${sealed.slice(1)}`,
    `k=${sealed.toUpperCase()}`,
  ];
  for (const query of [...broken, `k=${sealed}x`, `k=${'a+'.repeat(9000)}`]) {
    const page = await browser.get(path + query);
    const said = 'This link is incomplete. Copy all of it, or ask for a new code.';
    assert.deepEqual([page.status, readNotice(page)], [410, said], query.slice(0, 99));
  }
  clock.advance(600_000);
  const page = await browser.get(`${path}k=3D${sealed}`);
  assert.deepEqual([page.status, readNotice(page)], [410, 'This link no longer works. Ask for a new code.']);
});
