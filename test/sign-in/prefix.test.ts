import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPublicUrl, prefixOf } from '../../src/core/public-prefix.js';
import { locate, paths } from '../../src/sign-in/paths.js';
import { createReturnTargets } from '../../src/sign-in/return-target.js';
import { createTestOtp } from '../helpers/otp.js';

const segment = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const prefixes = fc.array(segment, { maxLength: 3 }).map((parts) => parts.map((part) => `/${part}`).join(''));
const own = fc.constantFrom(...Object.values(paths));

test('a page names every path of ours so that it stays under the prefix, whatever that is', () => {
  fc.assert(
    fc.property(prefixes, own, own, (prefix, from, to) => {
      const { pathname } = new URL(locate(from, to), `https://example.com${prefix}${from}`);
      assert.equal(pathname, prefix + to);
    }),
    { seed: 3 },
  );
});

test('where a person wanted to go is left as it is', () => {
  for (const target of ['/reports', '/', '/sign-ins', 'https://app.example.com/sign-in']) {
    assert.equal(locate('/sign-in/code', target), target);
  }
});

test('a public URL may name a prefix, and no page of ours', () => {
  for (const good of ['https://example.com', 'https://example.com/', 'https://example.com/auth/v2/']) {
    assert.ok(isPublicUrl(good), good);
  }
  for (const bad of [
    'https://a.example/../b',
    'https://a.example/auth/sign-in',
    'https://a.example/a?b',
    'a',
  ]) {
    assert.ok(!isPublicUrl(bad), bad);
  }
  assert.deepEqual(
    [prefixOf('https://example.com/auth/'), prefixOf('https://example.com'), prefixOf(undefined)],
    ['/auth', '', ''],
  );
});

test('the sign-in page under its prefix is no place to return to', () => {
  const { parse } = createReturnTargets({ publicUrl: 'https://example.com/auth' });
  for (const target of ['/auth/sign-in', '/sign-in/code', 'https://example.com/auth/sign-out']) {
    assert.equal(parse(target), null, target);
  }
  assert.equal(parse('/auth/reports'), '/auth/reports');
});

test('routes are served under the prefix of the public URL and without it', async () => {
  const { otp } = createTestOtp({ publicUrl: 'https://example.com/auth', unsafeInsecureCookies: true });
  const ask = async (path: string) => (await otp.handler(new Request(`http://localhost${path}`))).status;
  assert.deepEqual(
    await Promise.all(['/auth/livez', '/livez', '/authlivez', '/other/livez', '/auth/sign-in'].map(ask)),
    [200, 200, 404, 404, 200],
  );
});
