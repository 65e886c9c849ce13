import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findHostname, isHost } from '../../src/http/host.js';

test('a host is a name or an address, with or without a port', () => {
  for (const host of ['', 'a', 'A.example:80', 'a_b.example', '127.0.0.1:8000', '[::1]', '[::1]:80', 'x:0']) {
    assert.ok(isHost(host), host);
  }
  for (const host of [
    'a b',
    'a,b',
    'x:',
    'x:65536',
    ':80',
    '[::1',
    '[x]',
    'u@x',
    'x/',
    'x?',
    'x#',
    '1.2.3.999',
  ]) {
    assert.ok(!isHost(host), host);
    assert.equal(findHostname(host), null);
  }
  assert.equal(findHostname(''), null);
  assert.equal(findHostname('A.example:80'), 'a.example');
  assert.equal(findHostname('[::1]:80'), '[::1]');
});

// Attack: name a host after which another is judged differently.
test('whether a host is valid does not depend on what was asked before', () => {
  const piece = fc.constantFrom(
    'a',
    'a.example',
    '1.2.3.4',
    '[::1]',
    ':80',
    ':99999',
    ' ',
    '@',
    '/',
    '.',
    '',
  );
  const host = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(host, { maxLength: 8 }), (hosts) => {
      const before = hosts.map(isHost);
      assert.deepEqual(hosts.toReversed().map(isHost).toReversed(), before);
      hosts.forEach((text, i) => {
        if (before[i] && text !== '') assert.equal(new URL(`http://${text}`).pathname, '/');
      });
    }),
    { seed: 13, numRuns: 500 },
  );
});
