import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findByHost, parseHost, parseHostName, parseHostPattern } from '../../src/core/hosts.js';

test('a host has one spelling, whatever case, port and root dot it came with', () => {
  for (const [text, host] of [
    ['app.example.com', 'app.example.com'],
    ['APP.Example.COM', 'app.example.com'],
    ['app.example.com.', 'app.example.com'],
    ['app.example.com:8443', 'app.example.com'],
    ['app.example.com.:443', 'app.example.com'],
    ['localhost:3000', 'localhost'],
    ['my_app', 'my_app'],
    ['192.0.2.1:80', '192.0.2.1'],
    ['[2001:DB8::0:1]:443', '[2001:db8::1]'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ] as const) {
    assert.equal(parseHost(text), host, text);
  }
});

// Attack: name a host in a way that the gate understands differently from the proxy.
test('what is no single host is refused', () => {
  for (const text of [
    '',
    '.',
    '..',
    '.app.example.com',
    'app..example.com',
    'app.example.com..',
    'app.example.com:',
    'app.example.com:x',
    'app.example.com:123456',
    'app.example.com:80:80',
    'a@app.example.com',
    'app.example.com/',
    'app.example.com, evil.example',
    'app.example.com,evil.example',
    'app.example.com evil.example',
    'app.example.com\\',
    'app.example.com%2e',
    'app%2eexample.com',
    '*.example.com',
    'b\u00fccher.example',
    'app\u3002example.com',
    '\uff41pp.example.com',
    '[::1',
    '::1',
    '[::1]x',
    '[app.example.com]',
    'a'.repeat(64),
    `${'a.'.repeat(127)}com`,
    'a.'.repeat(40_000),
  ]) {
    assert.equal(parseHost(text), null, text.slice(0, 80));
  }
});

test('a host in a file may be in any script, and has no port', () => {
  assert.equal(parseHostName('B\u00fccher.example'), 'xn--bcher-kva.example');
  assert.equal(parseHostName('App.Example.com.'), 'app.example.com');
  assert.equal(parseHostPattern('*.B\u00fccher.example'), '*.xn--bcher-kva.example');
  assert.equal(parseHostPattern('*.lab'), '*.lab');
  for (const text of [
    '*',
    '*.',
    '.example.com',
    '**.example.com',
    '*example.com',
    'app.*.com',
    'app.*',
    '*.*.com',
    '*.[::1]',
    '*.2.1',
    'app.example.com:443',
    'https://app.example.com',
    'app.example.com/a',
    '',
    ' app.example.com',
  ]) {
    assert.equal(parseHostPattern(text), null, text);
  }
});

// Attack: own a host whose name only ends like one that is let in.
test('a suffix matches at the dots alone, and the longest wins', () => {
  const labels = fc.constantFrom('a', 'b', 'ab', 'lab', 'x');
  const hosts = fc.array(labels, { minLength: 1, maxLength: 5 }).map((list) => list.join('.'));
  const patterns = fc.tuple(fc.constantFrom('', '*.'), hosts).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.uniqueArray(patterns, { maxLength: 8 }), hosts, (keys, host) => {
      const table = new Map(keys.map((key) => [key, key]));
      // The plain twin: of all that match, the most specific.
      const matching = keys.filter(
        (key) => key === host || (key.startsWith('*.') && host.endsWith(key.slice(1))),
      );
      const [best] = matching.sort((a, b) => Number(b === host) - Number(a === host) || b.length - a.length);
      assert.equal(findByHost(table, host), best);
    }),
    { seed: 15, numRuns: 5000 },
  );
});
