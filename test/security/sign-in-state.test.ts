import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PageClient } from '../helpers/page-client.js';
import { createSignIn } from '../helpers/sign-in.js';

const hourMs = 3_600_000;

/** A browser in the middle of a sign-in, and its cookie. */
async function begin(options: Parameters<typeof createSignIn>[0] = {}) {
  const parts = createSignIn(options);
  const browser = parts.open();
  await parts.ask(browser);
  return { ...parts, cookie: readCookie(browser) };
}

function readCookie({ cookies }: PageClient): string {
  return [...cookies].find(([name]) => name.startsWith('otp_challenge'))?.[1] ?? '';
}

/** Whether a browser with this cookie, under the name that it has there, is at the code of a sign-in. */
async function isUnderWay({ open }: ReturnType<typeof createSignIn>, cookie: string): Promise<boolean> {
  const browser = open();
  await browser.get('/sign-in');
  for (const name of browser.cookies.keys()) browser.cookies.set(name, cookie);
  return (await browser.get('/sign-in/code')).path === '/sign-in/code';
}

// Attack: keep a copy of someone's cookie, and continue with it long after browsers have dropped theirs.
test('what a sign-in keeps in its cookie ends after an hour, anyone who brings it', async () => {
  const parts = await begin();
  parts.clock.advance(hourMs - 1000);
  assert.equal(await isUnderWay(parts, parts.cookie), true);
  parts.clock.advance(1000);
  assert.equal(await isUnderWay(parts, parts.cookie), false);
  const copy = parts.open();
  copy.cookies.set('otp_challenge', parts.cookie);
  assert.equal((await copy.post('/sign-in/resend', {})).status, 400);
});

// Attack: begin a sign-in at one application, and bring its cookie to another that has the same secret.
test('the cookie of a sign-in is valid in its own namespace only', async () => {
  const shop = await begin({ namespace: 'shop' });
  assert.equal(await isUnderWay(createSignIn({ namespace: 'shop' }), shop.cookie), true);
  for (const namespace of ['default', 'shop2', 'sho', 'Shop']) {
    assert.equal(await isUnderWay(createSignIn({ namespace }), shop.cookie), false, namespace);
  }
});

test('the clock of an instance may be a little behind that of another, and not more', async () => {
  const parts = await begin();
  parts.clock.advance(-60_000);
  assert.equal(await isUnderWay(parts, parts.cookie), true);
  parts.clock.advance(-1000);
  assert.equal(await isUnderWay(parts, parts.cookie), false);
});
