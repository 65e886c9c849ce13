import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLoopbackHost } from '../../src/core/loopback.js';

test('localhost, names under it and loopback addresses are this machine', () => {
  for (const host of [
    'localhost',
    'LocalHost',
    'app.localhost',
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
  ]) {
    assert.ok(isLoopbackHost(host), host);
  }
});

// Attack: a name that only looks like this machine.
test('nothing else is', () => {
  for (const host of [
    '',
    'localhost.evil.example',
    'evil-localhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    '127.evil.example',
    '0.0.0.0',
    '::',
    '192.168.1.5',
    '[fe80::1]',
    '[::1].evil.example',
  ]) {
    assert.ok(!isLoopbackHost(host), host);
  }
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      assert.equal(isLoopbackHost(address), address.startsWith('127.'));
    }),
    { seed: 12 },
  );
  fc.assert(
    fc.property(fc.domain(), (domain) => {
      assert.ok(!isLoopbackHost(domain) && !isLoopbackHost(`localhost.${domain}`));
    }),
    { seed: 12 },
  );
});
