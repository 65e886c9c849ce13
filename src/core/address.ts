import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The network that one caller stands for in the limits: an IPv4 address as it is (also when it comes mapped
 * into IPv6, RFC 4291 §2.5.5.2), an IPv6 address by its /64, since one host may use any address in it.
 *
 * @returns the network, or `unknown` when `address` is none: all of those share one budget
 */
export function readNetwork(address: string | undefined): string {
  if (address === undefined || isIP(address) === 0) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6) {
    return `${parsed.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }
  return parsed.toString();
}
