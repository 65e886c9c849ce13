import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPrivateHost } from '../../src/core/private-host.js';

test('this machine, private ranges, names without a dot and names that public DNS never has are private', () => {
  for (const host of [
    ...[
      'localhost',
      'LOCALHOST',
      'localhost.',
      'a.localhost',
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '[::1]',
      '0.0.0.0',
    ],
    ...[
      '10.0.0.5',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.1.1',
      '100.64.0.1',
      '::ffff:10.0.0.1',
    ],
    ...['fd00::1', '[fd12:3456::1]', 'fe80::1%eth0', '0x7f.1', '2130706433', '127.1'],
    ...['redis', 'cache', 'mail_server', 'REDIS', 'redis.default.svc.cluster.local', 'host.docker.internal'],
    ...['printer.local', 'nas.home.arpa', 'db.internal.'],
  ]) {
    assert.equal(isPrivateHost(host), true, host);
  }
});

// Attack: have codes sent in clear text over the internet, to a host that only looks like one of the own network.
test('everything else is public, however it is written', () => {
  for (const host of [
    ...[
      'smtp.example.com',
      'smtp.example.com.',
      'localhost.example.com',
      'redis.local.example',
      '10.0.0.5.nip.io',
    ],
    ...['8.8.8.8', '172.32.0.1', '172.15.255.255', '192.169.0.1', '100.128.0.1', '203.0.113.7', '11.0.0.1'],
    ...['2001:4860:4860::8888', '[2001:db8::1]', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
    ...['134744072', '0x08080808', '0x8.8.8.8', '010.0.0.1', '8.8', 'internal.example', 'mylocal.io'],
  ]) {
    assert.equal(isPrivateHost(host), false, host);
  }
});

test('an address is judged the same in every spelling', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), (value) => {
      const dotted = [24, 16, 8, 0].map((by) => (value >>> by) & 255).join('.');
      const isPrivate = isPrivateHost(dotted);
      for (const spelling of [
        String(value),
        `0x${value.toString(16)}`,
        `::ffff:${dotted}`,
        `[::ffff:${dotted}]`,
        `${dotted}.`,
      ])
        assert.equal(isPrivateHost(spelling), isPrivate, spelling);
    }),
    { seed: 14, numRuns: 2000 },
  );
});
