import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createClientAddressFinder } from '../../src/http/client-address.js';
import { createTestOtp } from '../helpers/otp.js';

test('the rightmost address that no trusted proxy has is the client', () => {
  const { findCaller: read } = createClientAddressFinder([
    'loopback',
    '10.0.0.0/8',
    '2001:db8::/32',
    '192.0.2.7',
  ]);
  assert.equal(read('203.0.113.5', '1.1.1.1'), '203.0.113.5');
  assert.equal(read('127.0.0.1', null), '127.0.0.1');
  assert.equal(read('127.0.0.1', '203.0.113.5'), '203.0.113.5');
  assert.equal(read('::1', '1.1.1.1, 203.0.113.5, 10.9.9.9'), '203.0.113.5');
  assert.equal(read('::ffff:10.0.0.1', '203.0.113.5, 192.0.2.7'), '203.0.113.5');
  assert.equal(read('2001:db8::5', '203.0.113.5'), '203.0.113.5');
  assert.equal(read('10.0.0.1', '10.0.0.2, 10.0.0.3'), '10.0.0.2');
});

// Attack: put something into the header that is not an address, to be counted as nobody or as someone else.
test('an entry that is not an address ends the chain at the proxy that sent it', () => {
  const { findCaller: read } = createClientAddressFinder(['10.0.0.0/8']);
  for (const forwarded of [
    '',
    ' , ,',
    'unknown',
    'undefined',
    'for=203.0.113.5',
    '_hidden',
    '203.0.113.5:123456',
    '203.0.113.5:http',
    '[203.0.113.5',
    '203.0.113.5]',
    '"203.0.113.5',
    '[2001:db8::1]]:80',
    '203.0.113.5 198.51.100.1',
    '203.0.113.5;198.51.100.1',
    '203.0.113.5, junk',
    'unix:',
    'x'.repeat(5000),
  ]) {
    assert.equal(read('10.0.0.1', forwarded), '10.0.0.1');
  }
  assert.equal(read('unknown', '1.1.1.1'), 'unknown');
});

// Attack: be a user of a back end that appends to X-Forwarded-For, and send another address with each request.
test('for whom a known caller calls is the rightmost address that no trusted proxy has', () => {
  const { findOnBehalfOf } = createClientAddressFinder(['10.0.0.0/8']);
  assert.equal(findOnBehalfOf('198.51.100.1'), '198.51.100.1');
  assert.equal(findOnBehalfOf('6.6.6.6, 198.51.100.1'), '198.51.100.1');
  assert.equal(findOnBehalfOf('6.6.6.6, 198.51.100.1, 10.0.0.1'), '198.51.100.1');
  assert.equal(findOnBehalfOf('10.0.0.1'), '10.0.0.1');
  assert.equal(findOnBehalfOf(null), undefined);
  for (const forwarded of ['', ',', 'junk', '198.51.100.1, unknown']) {
    assert.equal(findOnBehalfOf(forwarded), 'unknown');
  }
});

/** The forms in which proxies write an address: with a port (Azure), in brackets, in quotes, with blanks, with a zone. */
const ipv4Forms: ((address: string) => string)[] = [
  (address) => address,
  (address) => `${address}:51234`,
  (address) => `::ffff:${address}`,
  (address) => `[::ffff:${address}]:51234`,
  (address) => `::ffff:${address}:51234`,
  (address) => `"${address}:51234"`,
  (address) => ` \t${address} `,
];
const ipv6Forms: ((address: string) => string)[] = [
  (address) => address,
  (address) => address.toUpperCase(),
  (address) => `[${address}]`,
  (address) => `[${address}]:51234`,
  (address) => `"[${address}]:51234"`,
  (address) => `${address}:51234`,
  (address) => `${address}%eth0`,
  (address) => `${address}%eth0:51234`,
  (address) => `[${address}%25eth0]:51234`,
];
const group = fc.integer({ min: 0x1000, max: 0xffff }).map((part) => part.toString(16));
const byte = fc.integer({ min: 0, max: 255 });
const hop = (ipv4: fc.Arbitrary<string>, ipv6: fc.Arbitrary<string>) =>
  fc.oneof(
    fc
      .tuple(ipv4, fc.constantFrom(...ipv4Forms))
      .map(([address, write]) => ({ address, text: write(address) })),
    fc
      .tuple(ipv6, fc.constantFrom(...ipv6Forms))
      .map(([address, write]) => ({ address, text: write(address) })),
  );
const proxyHop = hop(
  fc.tuple(byte, byte, byte).map(([a, b, c]) => `10.${a}.${b}.${c}`),
  fc.tuple(group, group).map(([a, b]) => `2001:db8:${a}::${b}`),
);
const clientHop = hop(
  fc.tuple(byte, byte).map(([a, b]) => `203.0.${a}.${b}`),
  fc.tuple(group, group).map(([a, b]) => `2001:db9:${a}::${b}`),
);
const whatever = fc.oneof(
  clientHop.map(({ text }) => text),
  proxyHop.map(({ text }) => text),
  fc.constantFrom(
    '',
    ' ',
    'unknown',
    'unix:',
    '"',
    '[',
    '[]',
    'for=1.2.3.4',
    '127.0.0.1',
    '"1.2.3.4, 10.0.0.1"',
  ),
  fc.string({ maxLength: 20 }),
);

// Attack: prepend hops to X-Forwarded-For, in any form, to be counted as someone else.
test('of any chain the client is found, and nothing that it prepends changes that', () => {
  const { findCaller, findOnBehalfOf } = createClientAddressFinder([
    'loopback',
    '10.0.0.0/8',
    '2001:db8::/32',
  ]);
  fc.assert(
    fc.property(
      fc.array(whatever, { maxLength: 5 }),
      clientHop,
      fc.array(fc.oneof(proxyHop, fc.constant({ address: '', text: '' })), { maxLength: 4 }),
      proxyHop,
      fc.constantFrom(',', ', ', ' , ', ',\t'),
      (forged, client, between, last, comma) => {
        const honest = [client, ...between].map(({ text }) => text).join(comma);
        for (const header of [honest, [...forged, honest].join(comma)]) {
          assert.equal(findCaller(last.address, header), client.address, header);
          assert.equal(findOnBehalfOf(header), client.address, header);
        }
      },
    ),
    { seed: 1, numRuns: 1000 },
  );
});

test('an address that a framework took from the header counts without its port', () => {
  const { findCaller } = createClientAddressFinder(['10.0.0.0/8']);
  assert.equal(findCaller('10.0.0.1:4711', '203.0.113.5:80'), '203.0.113.5');
  assert.equal(findCaller('[::ffff:10.0.0.1]:4711', '[2001:db9::1]:80'), '2001:db9::1');
});

// Attack: connect over TCP and say that it was a unix socket, to be believed what X-Forwarded-For holds.
test('a peer on a unix socket is believed only if unix is trusted, also in the middle of a chain', () => {
  const trusting = createClientAddressFinder(['unix', '10.0.0.0/8']);
  assert.equal(trusting.findCaller('unix', '203.0.113.5'), '203.0.113.5');
  assert.equal(trusting.findCaller('unix', '203.0.113.5, unix:, 10.0.0.1'), '203.0.113.5');
  assert.equal(trusting.findCaller('unix', null), 'unix');
  assert.equal(trusting.findCaller('unknown', '203.0.113.5'), 'unknown');
  assert.equal(trusting.findCaller('198.51.100.1', '203.0.113.5, unix:'), '198.51.100.1');
  const others = createClientAddressFinder(['loopback']);
  assert.equal(others.findCaller('unix', '203.0.113.5'), 'unix');
  assert.equal(others.findCaller('127.0.0.1', '203.0.113.5, unix:'), '127.0.0.1');
});

test('a proxy that is not an address, range or loopback is refused by name', () => {
  for (const entry of [
    ...[
      'proxy',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '2001:db8::/129',
      '10.0.0.0/-1',
      '',
      '1',
      '10.0.0',
    ],
    ...['true', '*', 'all', 'any', 'unix:', 'UNIX', '0.0.0.0:0', '[::1]'],
  ]) {
    assert.throws(
      () => createClientAddressFinder(['loopback', entry]),
      ({ message }: Error) =>
        message.startsWith('trusted proxies are addresses, CIDR ranges or loopback') &&
        message.includes(`got ${entry}: name each proxy`),
    );
  }
});

test('what is not a list of names is refused, as a switch that trusts everyone would be', () => {
  for (const entries of [true, '*', 'loopback', 1]) {
    assert.throws(
      () => createTestOtp({ trustedProxies: entries as unknown as string[] }),
      /trusted proxies must be a list/,
    );
  }
  for (const entry of [true, 1, null, undefined]) {
    const trustedProxies = [entry] as unknown as string[];
    assert.throws(() => createTestOtp({ trustedProxies }), /trusted proxies are addresses/);
  }
});

/** Cuts a range in two, again and again: ranges that together are the whole. */
function split(start: bigint, length: number, bits: number, cuts: number[]): [bigint, number][] {
  const cut = cuts.pop();
  if (cut === undefined || cut === 0 || length >= bits) return [[start, length]];
  const half = start + (1n << BigInt(bits - length - 1));
  return [...split(start, length + 1, bits, cuts), ...split(half, length + 1, bits, cuts)];
}
const writeIpv4 = (value: bigint) => [24n, 16n, 8n, 0n].map((by) => (value >> by) & 255n).join('.');
const writeIpv6 = (value: bigint) =>
  [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((by) => ((value >> by) & 0xffffn).toString(16)).join(':');
const versions = [
  { bits: 32, name: 'IPv4', write: (start: bigint, length: number) => `${writeIpv4(start)}/${length}` },
  {
    bits: 32,
    name: 'IPv4',
    write: (start: bigint, length: number) => `::ffff:${writeIpv4(start)}/${96 + length}`,
  },
  { bits: 128, name: 'IPv6', write: (start: bigint, length: number) => `${writeIpv6(start)}/${length}` },
];

// Attack: be trusted by an operator who trusts everyone in pieces, so that the address in the header is yours to choose.
test('ranges that together are all of IPv4 or all of IPv6 are refused, and not if one is missing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...versions),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
      fc.nat(),
      fc.array(fc.constantFrom('10.0.0.0/8', 'loopback', '2001:db8::/32', '::ffff:10.0.0.0/104', 'unix')),
      ({ bits, name, write }, cuts, missing, others) => {
        const ranges = split(0n, 0, bits, [...cuts]).map(([start, length]) => write(start, length));
        const mixed = [...ranges, ...others].sort();
        assert.throws(
          () => createClientAddressFinder(mixed),
          new RegExp(`must not cover all of ${name}, got `),
        );
        if (ranges.length > 1) {
          const without = ranges.filter((_range, index) => index !== missing % ranges.length);
          const gap = ranges[missing % ranges.length] ?? '';
          // Nobody calls from outside global unicast.
          if (bits === 32 || /^[23]...:/.test(gap) || gap.endsWith('/0')) createClientAddressFinder(without);
        }
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  for (const entries of [
    ['0.0.0.0/0'],
    ['::/0'],
    ['::ffff:0:0/96'],
    ['9.9.9.9/0'],
    ['0.0.0.0/1', '128.0.0.0/1'],
    ['2000::/3'],
    ['::/1'],
    ['2000::/4', 'fc00::/7', '3000::/4'],
  ]) {
    assert.throws(() => createClientAddressFinder(entries), /must not cover all of IPv[46]/);
  }
});

test('a range of IPv6 addresses says nothing of IPv4 addresses that are mapped into it', () => {
  const { findCaller } = createClientAddressFinder(['::/3']);
  assert.equal(findCaller('::ffff:198.51.100.1', '203.0.113.5'), '198.51.100.1');
  assert.equal(findCaller('::1', '203.0.113.5'), '203.0.113.5');
  const mapped = createClientAddressFinder(['::ffff:10.0.0.0/104']);
  assert.equal(mapped.findCaller('10.1.2.3', '203.0.113.5'), '203.0.113.5');
});
