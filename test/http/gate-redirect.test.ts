import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestOtp } from '../helpers/otp.js';

const { otp } = createTestOtp();
const shared = createTestOtp({ publicUrl: 'https://otp.example.com', cookieDomain: 'example.com' }).otp;

/** Where a browser that is not signed in is sent. */
async function readLocation(headers: Record<string, string>, handler = otp.handler): Promise<string> {
  const response = await handler(
    new Request('http://localhost/authz/forward-auth', { headers: { Accept: 'text/html', ...headers } }),
  );
  assert.equal(response.status, 302);
  return response.headers.get('location') ?? '';
}

test('an address that is not ASCII comes back as a browser would escape it', async () => {
  const asBytes = Buffer.from('/bücher?q=✓ x').toString('latin1');
  assert.equal(
    await readLocation({ 'X-Forwarded-Uri': asBytes }),
    `/sign-in?rd=${encodeURIComponent('/b%C3%BCcher?q=%E2%9C%93%20x')}`,
  );
  assert.equal(await readLocation({ 'X-Forwarded-Uri': '/\u00ff' }), '/sign-in?rd=%2F%25FF');
  assert.equal(await readLocation({ 'X-Forwarded-Uri': '/%C3%BC' }), '/sign-in?rd=%2F%25C3%25BC');
});

// Attack: an address so long that the proxy cannot take the redirect, and the person sees an error instead of the page.
test('a way back of more than 1024 characters is left out', async () => {
  const path = `/${'x'.repeat(1023)}`;
  assert.equal(await readLocation({ 'X-Forwarded-Uri': path }), `/sign-in?rd=${encodeURIComponent(path)}`);
  assert.equal(await readLocation({ 'X-Forwarded-Uri': `${path}x` }), '/sign-in');
  assert.equal(await readLocation({ 'X-Forwarded-Uri': `/${'\u00ff'.repeat(342)}` }), '/sign-in');
});

test('with a shared cookie the way back is the whole address, and the page is at the public URL', async () => {
  const asked = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'app.example.com' };
  assert.equal(
    await readLocation({ ...asked, 'X-Forwarded-Uri': '/a?b=c' }, shared.handler),
    `https://otp.example.com/sign-in?rd=${encodeURIComponent('https://app.example.com/a?b=c')}`,
  );
  assert.equal(
    await readLocation({ ...asked, 'X-Forwarded-Uri': `/${'x'.repeat(1024)}` }, shared.handler),
    'https://otp.example.com/sign-in',
  );
});

test('behind several proxies, and on another port, the way back survives with a shared cookie', async () => {
  for (const proto of ['https', 'https, http', 'https,http', 'http', 'HTTPS', 'http, https', '']) {
    for (const [host, expected] of [
      ['app.example.com', 'https://app.example.com/a?b=c'],
      ['app.example.com:443', 'https://app.example.com/a?b=c'],
      ['app.example.com:8443', 'https://app.example.com:8443/a?b=c'],
      ['app.example.com:8443, internal:8080', 'https://app.example.com:8443/a?b=c'],
      ['APP.example.com , internal', 'https://app.example.com/a?b=c'],
    ] as const) {
      const headers = { 'X-Forwarded-Proto': proto, 'X-Forwarded-Host': host, 'X-Forwarded-Uri': '/a?b=c' };
      const location = await readLocation(headers, shared.handler);
      const page = await shared.handler(new Request(location));
      const [, target = ''] = /name="rd" value="([^"]*)"/.exec(await page.text()) ?? [];
      assert.equal(target.replaceAll('&amp;', '&'), expected, `${proto} ${host}`);
    }
  }
});

// Attack: be sent to a host of the attacker's after signing in, by a header that a careless proxy passes on.
test('a host under another domain is no way back', async () => {
  for (const host of [
    'evil.example',
    'example.com.evil.example',
    'evil.example, app.example.com',
    'a@evil.example',
  ]) {
    const headers = { 'X-Forwarded-Host': host, 'X-Forwarded-Uri': '/' };
    const page = await shared.handler(new Request(await readLocation(headers, shared.handler)));
    // The choice of a language leads to this page again, with its own query.
    const text = (await page.text()).replace(/href="[^"]*"|name="page" value="[^"]*"/g, '');
    assert.doesNotMatch(text, /evil\.example/);
  }
});
