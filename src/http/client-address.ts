import { BlockList, isIP } from 'node:net';
import { readRange } from '../core/address.js';

/** Finds whom to count a request against; only what trusted proxies say of that is believed. */
export interface ClientAddressReader {
  /** The rightmost address that no trusted proxy has, the other end of the connection included. */
  readCaller(remoteAddress: string, forwardedFor: string | null): string;
  /**
   * For whom a caller calls that is known by other means: the rightmost address in its X-Forwarded-For that no trusted
   * proxy has. Undefined without the header; `unknown` when that address cannot be read.
   */
  readOnBehalfOf(forwardedFor: string | null): string | undefined;
}

const maxKnown = 1000;
const loopback = ['127.0.0.0/8', '::1'];

/**
 * @param trustedProxies addresses, CIDR ranges, or `loopback`
 * @throws RangeError that names the entry that is none of these
 */
export function createClientAddressReader(trustedProxies: readonly string[]): ClientAddressReader {
  const trusted = new BlockList();
  for (const entry of trustedProxies.flatMap((entry) => (entry === 'loopback' ? loopback : [entry]))) {
    const range = readRange(entry);
    if (!range) throw new RangeError(`trusted proxies are addresses, CIDR ranges or loopback, got ${entry}`);
    trusted.addSubnet(range.address, range.length, range.version);
  }
  /** The proxies come again and again, and many clients do. */
  const known = new Map<string, boolean>();
  function isTrusted(address: string): boolean {
    const before = known.get(address);
    if (before !== undefined) return before;
    if (known.size >= maxKnown) known.clear();
    const found = trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    known.set(address, found);
    return found;
  }

  /** From the right: each trusted proxy vouches for the one before it, and for nothing further left. */
  function walk(address: string, hops: string[]): string {
    while (isIP(address) !== 0 && isTrusted(address)) {
      const previous = hops.pop();
      if (previous === undefined || isIP(previous) === 0) break;
      address = previous;
    }
    return address;
  }

  return {
    readCaller: (remoteAddress, forwardedFor) =>
      trustedProxies.length === 0 ? remoteAddress : walk(remoteAddress, splitHops(forwardedFor)),
    readOnBehalfOf(forwardedFor) {
      if (forwardedFor === null) return undefined;
      const hops = splitHops(forwardedFor);
      const nearest = hops.pop() ?? '';
      return isIP(nearest) === 0 ? 'unknown' : walk(nearest, hops);
    },
  };
}

function splitHops(forwardedFor: string | null): string[] {
  return (forwardedFor ?? '').split(',').map((hop) => hop.trim());
}
