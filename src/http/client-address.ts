import { BlockList, isIP } from 'node:net';
import { readRange } from '../core/address.js';

export interface ClientAddress {
  /** Who called: the rightmost address that no trusted proxy has. */
  address: string;
  /** For whom the caller says that it calls. Counts only for a caller that is known by other means. */
  onBehalfOf: string | undefined;
}

/** Finds the address that a request came from; only what trusted proxies say of it counts. */
export type ReadClientAddress = (remoteAddress: string, forwardedFor: string | null) => ClientAddress;

const loopback = ['127.0.0.0/8', '::1'];

/**
 * @param trustedProxies addresses, CIDR ranges, or `loopback`
 * @throws RangeError that names the entry that is none of these
 */
export function createClientAddressReader(trustedProxies: readonly string[]): ReadClientAddress {
  const trusted = new BlockList();
  for (const entry of trustedProxies.flatMap((entry) => (entry === 'loopback' ? loopback : [entry]))) {
    const range = readRange(entry);
    if (!range) throw new RangeError(`trusted proxies are addresses, CIDR ranges or loopback, got ${entry}`);
    trusted.addSubnet(range.address, range.length, range.version);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (remoteAddress, forwardedFor) => {
    const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
    const takeHop = () => {
      const hop = hops.pop();
      return hop !== undefined && isIP(hop) !== 0 ? hop : undefined;
    };
    let address = remoteAddress;
    // From the right: each trusted proxy vouches for the one before it, and for nothing further left.
    while (isIP(address) !== 0 && isTrusted(address)) {
      const previous = takeHop();
      if (previous === undefined) return { address, onBehalfOf: undefined };
      address = previous;
    }
    return { address, onBehalfOf: takeHop() };
  };
}
