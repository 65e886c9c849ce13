import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createReturnTargets } from '../../src/sign-in/return-target.js';
import { createSignIn } from '../helpers/sign-in.js';

const alone = createReturnTargets({});
const shared = createReturnTargets({
  publicUrl: 'https://login.example.com',
  cookieDomain: 'example.com',
});

/** Forms by which pages were made to lead elsewhere. */
const hostile = [
  'https://evil.example.net',
  'https://evil.example.net/',
  'http://evil.example.net',
  '//evil.example.net',
  '///evil.example.net',
  '////evil.example.net//',
  '/\\evil.example.net',
  '\\\\evil.example.net',
  '\\/evil.example.net',
  '/\\/evil.example.net',
  '/%09/evil.example.net/../..//evil.example.net',
  '/\t/evil.example.net',
  '/\n/evil.example.net',
  '/\r/evil.example.net',
  '\t//evil.example.net',
  ' //evil.example.net',
  '//\u0000evil.example.net',
  '/.//evil.example.net',
  '/..//evil.example.net',
  '/foo/..//evil.example.net',
  '/./..//evil.example.net',
  '/%2e//evil.example.net',
  '/%2e%2e//evil.example.net',
  'evil.example.net',
  '.evil.example.net',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://evil.example.net/1',
  'file:///etc/passwd',
  'ftp://example.com/',
  'https:evil.example.net',
  'https:/evil.example.net',
  'https:///evil.example.net',
  'https:\\\\evil.example.net',
  'https://example.com@evil.example.net',
  'https://example.com:secret@evil.example.net',
  'https://evil.example.net#example.com',
  'https://evil.example.net?.example.com',
  'https://evil.example.net/.example.com',
  'https://evil.example.net\\.example.com',
  'https://evil.example.net%23.example.com',
  'https://evil.example.net%2f.example.com',
  'https://evilexample.com',
  'https://example.com.evil.example.net',
  'https://example.com.',
  'https://example.comm',
  'https://login.example.com@evil.example.net/sign-in',
  'https://user@app.example.com/',
  'https://app.example.com:8443@evil.example.net/',
  'https://app.example.com:8443.evil.example.net/',
  'http://app.example.com/',
  'https://evil.example.net&app.example.com/',
  'https://app。example。net/',
  'https://ｅvil.example.net/',
  'https://xn--80ak6aa92e.com/',
  'https://[::1]/',
  'https://2130706433/',
  'https://127.0.0.1/',
  '/sign-in',
  '/sign-in?rd=%2F',
  '/sign-out',
  '/sign-in/../sign-in',
  'https://login.example.com/sign-out',
  `/${'a'.repeat(2000)}`,
  '/ü',
  '/a b',
  '',
];

// Attack: send someone a link to the real sign-in page that ends on a page of the attacker's.
test('no way back leads to another host', () => {
  assert.ok(hostile.length >= 50);
  for (const target of hostile) {
    assert.equal(alone.parse(target), null, JSON.stringify(target));
    assert.equal(shared.parse(target), null, JSON.stringify(target));
  }
});

// Attack: as above, through the whole page; and into the markup.
test('nor does it through the page, however it is written', async () => {
  const { open, ask, type, inbox } = createSignIn();
  for (const target of [...hostile, '"><script>alert(1)</script>']) {
    const browser = open({}, `192.0.2.${hostile.indexOf(target) + 2}`);
    const identity = `user${hostile.indexOf(target) + 1}@example.com`;
    const page = await ask(browser, identity, `/sign-in?rd=${encodeURIComponent(target)}`);
    assert.equal(page.path, '/sign-in/code', JSON.stringify(target));
    assert.ok(!page.text.includes('evil.example.net') && !page.text.includes('<script>'), target);
    const signedIn = await type(browser, page, inbox.lastCode());
    assert.match(signedIn.text, /You are signed in/, JSON.stringify(target));
  }
});

// Attack: as above, with whatever a generator comes up with.
test('whatever is taken stays on a host of ours, as browsers read it', () => {
  const pieces = [
    '/',
    '\\',
    '//',
    '.',
    '..',
    '%2e',
    '%2F',
    '@',
    ':',
    '?',
    '#',
    'https:',
    'http:',
    'javascript:',
    '\t',
    '\n',
  ].concat(
    'evil.example.net',
    'example.com',
    'app.example.com',
    'login.example.com',
    'a',
    ' ',
    '\u3002',
    '&',
  );
  const target = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
  let taken = 0;
  fc.assert(
    fc.property(target, (text) => {
      const read = shared.parse(text);
      if (read === null) return;
      taken += 1;
      const { protocol, hostname } = new URL(read, 'https://login.example.com/sign-in/code');
      assert.equal(protocol, 'https:');
      assert.match(hostname, /^(?:[a-z0-9.-]+\.)?example\.com$/);
    }),
    { numRuns: 20_000, seed: 1 },
  );
  assert.ok(taken > 100, `${taken} were taken`);
});

test('a path of the own host is taken as it is', () => {
  for (const path of ['/', '/reports', '/reports?year=2026&q=a%20b#top', '/a//b', '/sign-indeed', '/%2F/x']) {
    assert.equal(alone.parse(path), path);
    assert.equal(shared.parse(path), path);
  }
});

test('an address is taken on the public host, and with a cookie domain on every host under it', () => {
  const single = createReturnTargets({ publicUrl: 'https://login.example.com' });
  assert.equal(single.parse('https://login.example.com/reports'), 'https://login.example.com/reports');
  assert.equal(single.parse('https://app.example.com/'), null);
  assert.equal(single.parse('https://login.example.com:8443/'), null);
  assert.deepEqual(single.origins, []);
  for (const target of [
    'https://app.example.com/x?y=1',
    'https://a.b.example.com/',
    'https://example.com/',
    'https://app.example.com:8443/x',
    'https://login.example.com:8443/x',
  ]) {
    assert.equal(shared.parse(target), target);
  }
  assert.equal(shared.parse('https://app.example.com:443/x'), 'https://app.example.com/x');
  assert.deepEqual(shared.origins, ['https://example.com:*', 'https://*.example.com:*']);
  const withPort = createReturnTargets({
    publicUrl: 'https://login.example.com:8443',
    cookieDomain: 'example.com',
  });
  assert.equal(withPort.parse('https://app.example.com:8443/'), 'https://app.example.com:8443/');
  assert.equal(withPort.parse('https://app.example.com/'), 'https://app.example.com/');
  assert.equal(withPort.parse('https://example.org:8443/'), null);
});
