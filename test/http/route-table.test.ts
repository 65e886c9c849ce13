import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Route } from '../../src/http/route.js';
import { createRouteTable } from '../../src/http/route-table.js';

const answer = () => ({ status: 200, headers: {}, body: null });
const route = (method: Route['method'], path: string): Route => ({ method, path, access: ['open'], answer });
const table = [
  route('GET', '/a'),
  route('POST', '/a'),
  route('GET', '/a/b'),
  route('GET', '/files/*'),
  route('*', '/'),
];
const find = createRouteTable(table);

function findPath(method: string, path: string): string | readonly string[] {
  const found = find(method, path);
  return 'route' in found ? `${found.route.method} ${found.route.path}` : found.allowed;
}

test('a route is found by its method, HEAD by GET, and the methods of a path are told', () => {
  assert.equal(findPath('GET', '/a'), 'GET /a');
  assert.equal(findPath('HEAD', '/a'), 'GET /a');
  assert.equal(findPath('POST', '/a'), 'POST /a');
  assert.deepEqual(findPath('PUT', '/a'), ['GET', 'POST']);
  assert.deepEqual(findPath('get', '/a'), ['GET', 'POST']);
  assert.deepEqual(findPath('POST', '/a/b'), ['GET']);
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) assert.equal(findPath(method, '/'), '* /');
});

test('a folder serves the files in it, and neither itself nor folders in it', () => {
  assert.equal(findPath('GET', '/files/x.css'), 'GET /files/*');
  assert.equal(findPath('GET', '/a/../files/%78.css'), 'GET /files/*');
  for (const path of ['/files', '/files/b/x.css', '/filesx', '/x/files/x.css']) {
    assert.deepEqual(findPath('GET', path), []);
  }
});

// Attack: spell a path so that the proxy lets it through, and the service serves another.
test('a path is found in every spelling that means the same, and in no other', () => {
  const spellings = ['/%61/b', '/a/%62', '/a/./b', '/x/../a/b', '/x/%2e%2E/a/b', '/a/x/../b'];
  for (const path of spellings) assert.equal(findPath('GET', path), 'GET /a/b', path);
  const others = [
    '//a',
    '/a/',
    '/a//b',
    '/A',
    '/a%2Fb',
    '/sign-in/x%2fy/../../a/b',
    '/sign-in/x%2Fy/%2e%2e/../a/b',
    '/a%',
    '/%zz',
    '/a%00',
    '/a;b',
    '/a/b%20',
    '/..%2fa',
  ];
  for (const path of others) assert.deepEqual(findPath('GET', path), [], path);
});

test('whatever is asked for, the table has an answer', () => {
  fc.assert(
    fc.property(fc.string(), fc.webPath(), (text, path) => {
      for (const asked of [`/${text}`, path || '/', `/a/${text}/..`]) find('GET', asked);
    }),
    { seed: 13, numRuns: 1000 },
  );
});
