import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNetwork } from '../../src/core/address.js';

// Attack: one host walks through the addresses of its /64, or writes its IPv4 address in several ways.
test('one caller is one network, however its address is written', () => {
  assert.equal(readNetwork('192.0.2.7'), '192.0.2.7');
  assert.equal(readNetwork('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(readNetwork('::ffff:c000:207'), '192.0.2.7');
  assert.equal(readNetwork('2001:db8:1:2::1'), '2001:db8:1:2::/64');
  assert.equal(readNetwork('2001:0DB8:0001:0002:ffff:ffff:ffff:ffff'), '2001:db8:1:2::/64');
  assert.notEqual(readNetwork('2001:db8:1:3::1'), readNetwork('2001:db8:1:2::1'));
  for (const zone of ['eth0', 'br-1a2b', 'eth0.100', ''])
    assert.equal(readNetwork(`fe80::1%${zone}`), 'fe80:0:0:0::/64');
});

test('what is no address shares one budget', () => {
  for (const address of [undefined, '', 'unknown', '1.2.3', '0x7f.1', '1.2.3.4, 5.6.7.8']) {
    assert.equal(readNetwork(address), 'unknown');
  }
});
