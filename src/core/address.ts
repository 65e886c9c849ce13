import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { findEmbedded } from './embedded-address.js';

/**
 * The network that one caller stands for in the limits: an IPv4 address as it is, also embedded in an IPv6 address, and
 * any other IPv6 address by its /64, since one host may use any address in it.
 *
 * @returns the network, or `unknown` for what is not an address: all of those share one budget
 */
export function readNetwork(address: string | undefined): string {
  // The zone of a link-local address (RFC 4007 §11) names an interface of this machine, not the caller.
  const plain = address?.replace(/%.*$/s, '') ?? '';
  const version = isIP(plain);
  if (version === 0) return 'unknown';
  if (version === 4) return ipaddr.IPv4.parse(plain).toString();
  const parsed = ipaddr.IPv6.parse(plain);
  return findEmbedded(parsed.toByteArray())?.join('.') ?? `${formatPrefix(parsed, 4)}/64`;
}

/** The /48 around an IPv6 network of `readNetwork`: what a site is usually given (RFC 6177 §2). Undefined for others. */
export function readSite(network: string): string | undefined {
  const [prefix = '', length] = network.split('/');
  return length === undefined ? undefined : `${formatPrefix(ipaddr.IPv6.parse(prefix), 3)}/48`;
}

function formatPrefix({ parts }: ipaddr.IPv6, groups: number): string {
  const hex = parts.slice(0, groups).map((part) => part.toString(16));
  return `${hex.join(':')}::`;
}

/** Addresses that share their first `length` bits. */
export interface AddressRange {
  address: string;
  length: number;
  version: 'ipv4' | 'ipv6';
}

/** Reads an address or a CIDR range (RFC 4632 §3.1), or `null` when it is neither. */
export function readRange(text: string): AddressRange | null {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (version === 0 || rest.length > 0 || !(length <= bits)) return null;
  return { address, length, version: version === 6 ? 'ipv6' : 'ipv4' };
}
