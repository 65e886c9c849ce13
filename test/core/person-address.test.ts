import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPersonsAddress } from '../../src/core/person-address.js';

test('loopback, private, link-local and shared addresses are those of machines, however they are written', () => {
  for (const address of [
    ...['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '[::1]', '[::1]:8080', '"127.0.0.1:99"'],
    ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '::ffff:10.1.2.3'],
    ...['169.254.1.1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1'],
    ...['100.64.0.1', '100.127.255.255'],
  ]) {
    assert.equal(isPersonsAddress(address), false, address);
  }
});

// Attack: write an address so that no limit over a day applies.
test('everything else counts: documentation ranges, the neighbours of private ones, private ones inside others, and no address', () => {
  for (const address of [
    ...['8.8.8.8', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1', '2a00::1'],
    ...['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
    ...['100.63.255.255', '100.128.0.0', '169.253.255.255', '126.255.255.255', '128.0.0.0', '0.0.0.0'],
    ...['2002:a00:1::1', '64:ff9b::10.0.0.1', '::ffff:0:10.0.0.1', '2001:0:0:0:0:0:f5ff:fffe'],
    ...['unknown', '', 'localhost', '10.0.0', '010.0.0.1', '10.0.0.1/8', '0x7f.1', '2130706433'],
  ]) {
    assert.equal(isPersonsAddress(address), true, address);
  }
});

test('an IPv4 address counts alike, whichever way it is read', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc
          .tuple(fc.constantFrom('10', '100', '127', '169', '172', '192'), fc.ipV4())
          .map(([byte, other]) => `${byte}.${other.slice(other.indexOf('.') + 1)}`),
      ),
      // In quotes it takes the general path, where ipaddr.js decides.
      (address) => assert.equal(isPersonsAddress(address), isPersonsAddress(`"${address}"`)),
    ),
    { seed: 4711, numRuns: 2000 },
  );
});
