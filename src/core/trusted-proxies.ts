import { BlockList, isIPv6 } from 'node:net';
import { isInRanges, readIpv4, toIpv4Range } from '../fast/ipv4.js';
import { remember } from '../fast/recent.js';
import { cachedAddresses, coverEveryone, parseRange } from './address.js';

/** Represents every peer on a unix socket, since they have no addresses. */
export const unixPeer = 'unix';

const named: Record<string, readonly string[]> = { loopback: ['127.0.0.0/8', '::1'] };

/**
 * Creates a function that checks whether an address, or the peer `unix`, is a trusted proxy.
 *
 * @param entries addresses, CIDR ranges, `loopback`, or `unix` for peers on Unix sockets
 * @throws TypeError unless it is a list; RangeError that names an invalid entry, or the entries that together trust
 * everyone, which would let anyone choose the address that limits count
 */
export function createTrustCheck(entries: readonly string[]): (peer: string) => boolean {
  if (!Array.isArray(entries)) {
    throw new TypeError(
      `trusted proxies must be a list of addresses, CIDR ranges, loopback or unix, got ${entries}`,
    );
  }
  const ranges = entries
    .filter((entry) => entry !== unixPeer)
    .flatMap((entry) => named[entry] ?? [entry])
    .map((entry) => {
      const range = typeof entry === 'string' ? parseRange(entry) : null;
      if (range) return range;
      throw new RangeError(
        `trusted proxies are addresses, CIDR ranges or loopback, or unix for peers on a unix socket, got ${entry}: name each proxy, since a trusted peer chooses the address that is counted`,
      );
    });
  for (const [version, name] of [
    ['ipv4', 'IPv4'],
    ['ipv6', 'IPv6'],
  ] as const) {
    if (coverEveryone(ranges, version)) {
      throw new RangeError(
        `trusted proxies must not cover all of ${name}, got ${entries.join(', ')}: anyone could choose the address that is counted`,
      );
    }
  }
  const ipv4Ranges = ranges
    .filter(({ version }) => version === 'ipv4')
    .map(({ address, length }) => toIpv4Range(address, length));
  const ipv6Ranges = new BlockList();
  for (const { address, length, version } of ranges)
    if (version === 'ipv6') ipv6Ranges.addSubnet(address, length, version);
  const isUnixTrusted = entries.includes(unixPeer);
  const isListedIpv6 = remember(
    cachedAddresses,
    (address: string) => isIPv6(address) && ipv6Ranges.check(address, 'ipv6'),
  );
  const isListed = (address: string) => {
    const ipv4 = readIpv4(address);
    return ipv4 === -1 ? isListedIpv6(address) : isInRanges(ipv4, ipv4Ranges);
  };
  return (peer) => (peer === unixPeer ? isUnixTrusted : isListed(peer));
}
