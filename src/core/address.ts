import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The network that one caller stands for in the limits: an IPv4 address as it is (also when it comes mapped
 * into IPv6, RFC 4291 §2.5.5.2), an IPv6 address by its /64, since one host may use any address in it.
 *
 * @returns the network, or `unknown` when `address` is none: all of those share one budget
 */
export function readNetwork(address: string | undefined): string {
  // The zone of a link-local address (RFC 4007 §11) names an interface of this machine, not the caller.
  const plain = address?.replace(/%.*$/s, '') ?? '';
  if (isIP(plain) === 0) return 'unknown';
  const parsed = ipaddr.process(plain);
  if (parsed instanceof ipaddr.IPv6) {
    return `${parsed.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }
  return parsed.toString();
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
