import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPublicPaths, isPublicPath } from '../../src/core/public-paths.js';

test('a public path covers whole segments', () => {
  const isPublic = createPublicPaths(['/healthz', '/assets/', '/a/b']);
  for (const path of [
    '/healthz',
    '/healthz/',
    '/healthz/live',
    '/assets/',
    '/assets/app.js',
    '/a/b',
    '/a/b/c..d/.e',
  ]) {
    assert.equal(isPublic(path), true, path);
  }
  for (const path of [
    '/',
    '',
    '/healthzz',
    '/health',
    '/HEALTHZ',
    '/x/healthz',
    '/assets',
    '/a',
    '/a/bc',
    '/a/b.c',
  ]) {
    assert.equal(isPublic(path), false, path);
  }
  assert.equal(createPublicPaths([])('/'), false);
  for (const path of ['/', '/anything/at/all']) assert.equal(createPublicPaths(['/'])(path), true);
});

// Attack: a path that begins like a public one for the gate, and is another for the proxy or the application.
test('a path that servers read differently is never public', () => {
  const isPublic = createPublicPaths(['/healthz', '/']);
  for (const tail of [
    '/../admin',
    '/..',
    '/.',
    '/./x',
    '//admin',
    '//',
    '/%2e%2e/admin',
    '/..%2fadmin',
    '/%252e%252e/admin',
    '\\..\\admin',
    '/..\\admin',
    '/..;/admin',
    ';/../admin',
    ';x',
    '/x;y',
    '%00',
    '/%',
    '#/../admin',
    '/x#y',
    '/\u0000',
    '/\t',
    '/ ',
    '/\u007f',
    '/\u00fc',
    '/\uff0e\uff0e/admin',
    '/\u2024\u2024/x',
    '/{x}',
    '/|',
    '/^',
    '/`',
    '/"',
    '/<',
    '/[',
  ]) {
    assert.equal(isPublic(`/healthz${tail}`), false, JSON.stringify(tail));
  }
  for (const path of [
    'healthz',
    '//healthz',
    '/./healthz',
    '/x/../healthz',
    'https://x/healthz',
    '*',
    '/%68ealthz',
  ]) {
    assert.equal(isPublic(path), false, path);
  }
});

// Attack: any spelling at all by which an application reaches what is not public.
test('what is public stays so however a server decodes, folds or cuts it', () => {
  const isPublic = createPublicPaths(['/pub/x']);
  const pieces = [
    '/',
    '/pub',
    '/x',
    '/pub/x',
    'x',
    '.',
    '..',
    '%2e',
    '%2F',
    '%5c',
    '\\',
    ';',
    ';a=b',
    '//',
    '/admin',
    '#',
    '%00',
    '\uff0f',
  ];
  let found = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 7 }), (parts) => {
      const path = parts.join('');
      if (!isPublic(path)) return;
      found += 1;
      let decoded = path;
      for (let i = 0; i < 3; i++) decoded = unescape(decoded);
      const cut = decoded
        .replaceAll('\\', '/')
        .replace(/;[^/]*/g, '')
        .replace(/#.*/, '')
        .replace(/\/+/g, '/');
      const { pathname } = new URL(cut, 'http://host.invalid');
      assert.match(pathname, /^\/pub\/x(\/|$)/, path);
    }),
    { seed: 15, numRuns: 50_000 },
  );
  assert.ok(found > 100);
});

test('a public path in the rules has one meaning, and is no pattern', () => {
  for (const path of ['/', '/healthz', '/healthz/', '/a/b.c/~d', '/.well-known/x'])
    assert.equal(isPublicPath(path), true, path);
  for (const path of [
    '',
    'healthz',
    '//',
    '/a//b',
    '/a/../b',
    '/a/.',
    '/a%20b',
    '/a;b',
    '/a*',
    '/*',
    '/a?b',
    '/a#b',
    '/a b',
    '/\u00fc',
    '\\a',
  ]) {
    assert.equal(isPublicPath(path), false, path);
  }
});
