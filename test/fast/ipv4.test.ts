import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { isInRanges, readIpv4, toIpv4Range } from '../../src/fast/ipv4.js';

const nearlyAddress = fc
  .array(
    fc.oneof(fc.integer({ min: -1, max: 300 }).map(String), fc.constantFrom('', '00', '01', ' 1', '0x1')),
    {
      minLength: 3,
      maxLength: 5,
    },
  )
  .map((bytes) => bytes.join('.'));

describe('the number of an IPv4 address', () => {
  it('is what ipaddr.js reads, for each text that node takes for an address, and -1 for all others', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), nearlyAddress, fc.string(), fc.ipV6()), (text) => {
        const plain = isIPv4(text)
          ? ipaddr.IPv4.parse(text)
              .toByteArray()
              .reduce((sum, byte) => sum * 256 + byte, 0)
          : -1;
        assert.equal(readIpv4(text), plain);
      }),
      { seed: 4711, numRuns: 2000 },
    );
  });

  it('is in exactly the ranges that a BlockList of node finds it in', () => {
    const range = fc.record({ address: fc.ipV4(), length: fc.integer({ min: 0, max: 32 }) });
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 4 }),
        fc.ipV4(),
        fc.integer({ min: 0, max: 31 }),
        (ranges, other, bit) => {
          const list = new BlockList();
          for (const { address, length } of ranges) list.addSubnet(address, length, 'ipv4');
          const spans = ranges.map(({ address, length }) => toIpv4Range(address, length));
          // Also near the edges of a range.
          const near = ranges.map(({ address }) => flip(address, bit));
          for (const address of [other, ...near])
            assert.equal(isInRanges(readIpv4(address), spans), list.check(address, 'ipv4'), address);
        },
      ),
      { seed: 4711, numRuns: 1000 },
    );
  });
});

function flip(address: string, bit: number): string {
  const bytes = ipaddr.IPv4.parse(address).toByteArray();
  return bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)).join('.');
}
