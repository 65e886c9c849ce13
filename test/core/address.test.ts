import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddress, toNetwork, toSite } from '../../src/core/address.js';

// Attack: one host walks through the addresses of its /64, or writes its IPv4 address in several ways.
test('one caller is one network, however its address is written', () => {
  assert.equal(toNetwork('192.0.2.7'), '192.0.2.7');
  assert.equal(toNetwork('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(toNetwork('::ffff:c000:207'), '192.0.2.7');
  assert.equal(toNetwork('2001:db8:1:2::1'), '2001:db8:1:2::/64');
  assert.equal(toNetwork('2001:0DB8:0001:0002:ffff:ffff:ffff:ffff'), '2001:db8:1:2::/64');
  assert.notEqual(toNetwork('2001:db8:1:3::1'), toNetwork('2001:db8:1:2::1'));
  for (const zone of ['eth0', 'br-1a2b', 'eth0.100', ''])
    assert.equal(toNetwork(`fe80::1%${zone}`), 'fe80:0:0:0::/64');
});

test('what could be a group of an IPv6 address is one, and what cannot is its port', () => {
  assert.equal(parseAddress('2001:db8::1:8080'), '2001:db8::1:8080');
  assert.equal(parseAddress('2001:db8::1:51234'), '2001:db8::1');
  assert.equal(parseAddress('2001:db8:0:0:0:0:0:1:80'), '2001:db8::1');
  assert.equal(parseAddress('::ffff:192.0.2.7:80'), '192.0.2.7');
  for (const text of [
    '2001:db8::1:123456',
    '2001:db8::1:',
    '2001:db8::1::80',
    '2001:db8::1:51234:80',
    ':51234',
  ])
    assert.equal(parseAddress(text), null, text);
});

test('everything but an address shares one budget', () => {
  for (const address of [undefined, '', 'unknown', '1.2.3', '0x7f.1', '1.2.3.4, 5.6.7.8']) {
    assert.equal(toNetwork(address), 'unknown');
  }
});

/** Where an IPv4 address of the bytes a, b, c, d is embedded, by RFC. */
const embedded: Record<string, (a: string, b: string, c: string, d: string) => string> = {
  'RFC 4291 §2.5.5.2, mapped': (a, b, c, d) => `::ffff:${a}${b}:${c}${d}`,
  'RFC 4291 §2.5.5.1, compatible': (a, b, c, d) => `::${a}${b}:${c}${d}`,
  'RFC 2765 §2.1, translated': (a, b, c, d) => `::ffff:0:${a}${b}:${c}${d}`,
  'RFC 6052 §2.1, NAT64': (a, b, c, d) => `64:ff9b::${a}${b}:${c}${d}`,
  'RFC 8215 §5, local NAT64 /96': (a, b, c, d) => `64:ff9b:1::${a}${b}:${c}${d}`,
  'RFC 8215 §5, local NAT64 /96 with a subnet': (a, b, c, d) => `64:ff9b:1:a:b:c:${a}${b}:${c}${d}`,
  'RFC 8215 §5, local NAT64 /64': (a, b, c, d) => `64:ff9b:1:fff0:00${a}:${b}${c}:${d}00:0`,
  'RFC 8215 §5, local NAT64 /56': (a, b, c, d) => `64:ff9b:1:ff${a}:00${b}:${c}${d}:0:0`,
  'RFC 8215 §5, local NAT64 /48': (a, b, c, d) => `64:ff9b:1:${a}${b}:00${c}:${d}00:0:0`,
  'RFC 3056 §2, 6to4': (a, b, c, d) => `2002:${a}${b}:${c}${d}:5:6:7:8:9`,
};

const byte = fc.integer({ min: 1, max: 254 });
const hex = (value: number) => value.toString(16).padStart(2, '0');

// Attack: come with one IPv4 address through 6to4, Teredo and translators, each with a budget of its own.
test('an embedded IPv4 address shares the budget of that address', () => {
  fc.assert(
    fc.property(byte, byte, byte, byte, fc.integer({ min: 0, max: 0xffff }), (a, b, c, d, group) => {
      const address = `${a}.${b}.${c}.${d}`;
      for (const [name, write] of Object.entries(embedded)) {
        assert.equal(toNetwork(write(hex(a), hex(b), hex(c), hex(d))), address, name);
      }
      const inverted = [a, b, c, d].map((one) => hex(one ^ 0xff));
      const [e, f, g, h] = inverted;
      const teredo = `2001:0:${group.toString(16)}:1:8000:f227:${e}${f}:${g}${h}`;
      assert.equal(toNetwork(teredo), address, 'RFC 4380 §4, Teredo');
    }),
    { seed: 1, numRuns: 300 },
  );
});

// Attack: write someone's IPv4 address where a client may write what it likes, and spend that person's budget.
test('no other address passes for an IPv4 one', () => {
  for (const address of [
    '2001:db8::5efe:c000:207',
    '2001:db8::c000:207',
    'fe80::5efe:192.0.2.7',
    '64:ff9b:2::c000:207',
    '64:ff9b:0:1::c000:207',
    '2001:1::c000:207',
    '2003:c000:207::1',
    '::1:ffff:c000:207',
    '::',
    '::1',
  ]) {
    assert.match(toNetwork(address), /::\/64$/, address);
  }
  assert.notEqual(toNetwork('::1'), toNetwork('0.0.0.1'));
});

test('an IPv6 network is in one /48, and an IPv4 address in none', () => {
  assert.equal(toSite(toNetwork('2001:db8:1:2::1')), '2001:db8:1::/48');
  assert.equal(toSite(toNetwork('::1')), '0:0:0::/48');
  const groups = fc.array(fc.integer({ min: 0x3000, max: 0xffff }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(groups, fc.integer({ min: 0, max: 0xffff }), (parts, subnet) => {
      const write = (all: number[]) => all.map((part) => part.toString(16)).join(':');
      const neighbour = parts.map((part, index) => (index < 3 ? part : subnet));
      assert.equal(toSite(toNetwork(write(parts))), toSite(toNetwork(write(neighbour))));
    }),
    { seed: 1, numRuns: 100 },
  );
  for (const address of ['192.0.2.7', '64:ff9b::192.0.2.7', '2002:c000:207::1', 'unknown', undefined]) {
    const network = toNetwork(address);
    assert.equal(toSite(network), undefined);
    assert.ok(isIPv4(network) || network === 'unknown');
  }
});
