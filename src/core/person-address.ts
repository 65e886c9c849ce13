import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isInRanges, readIpv4, toIpv4Range } from '../fast/ipv4.js';
import { parseAddress } from './address.js';
import { privateRanges } from './private-host.js';

/** `privateRanges` of IPv4, for the usual case. */
const machineIpv4 = [
  toIpv4Range('127.0.0.0', 8),
  toIpv4Range('10.0.0.0', 8),
  toIpv4Range('172.16.0.0', 12),
  toIpv4Range('192.168.0.0', 16),
  toIpv4Range('169.254.0.0', 16),
  toIpv4Range('100.64.0.0', 10),
];

/**
 * Whether an address tells one person from another. Loopback, private, link-local and shared addresses (100.64.0.0/10, RFC
 * 6598) belong to proxies and back ends, so anyone may be behind them. Text that is not an address shares one budget, so it
 * counts as one of these. So does an IPv6 address that embeds a private one: only a translator could vouch for that.
 */
export function isPersonsAddress(address: string): boolean {
  const ipv4 = readIpv4(address);
  if (ipv4 !== -1) return !isInRanges(ipv4, machineIpv4);
  const plain = parseAddress(address);
  if (plain === null || isIP(plain) === 0) return true;
  return !privateRanges.includes(ipaddr.parse(plain).range());
}
