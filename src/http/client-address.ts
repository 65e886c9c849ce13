import { parseAddress } from '../core/address.js';
import { createTrustCheck, unixPeer } from '../core/trusted-proxies.js';

export type ClientAddressFinder = ReturnType<typeof createClientAddressFinder>;

/**
 * Finds the address to count a request against; only trusted proxies may name another one.
 *
 * `Forwarded` (RFC 7239) is never read: a proxy that sets only X-Forwarded-For passes on what a client wrote there.
 *
 * @param trustedProxies addresses, CIDR ranges, `loopback` or `unix`
 * @throws RangeError that names the invalid entry, or the entries that together trust everyone
 */
export function createClientAddressFinder(trustedProxies: readonly string[]) {
  const isTrusted = createTrustCheck(trustedProxies);

  // nginx writes this for a peer on a Unix socket.
  const parseHop = (hop: string) => (hop === 'unix:' && isTrusted(unixPeer) ? unixPeer : parseAddress(hop));

  /** From the right: each trusted proxy vouches only for the address before it. */
  function walk(peer: string, hops: string[]): string {
    let address = peer;
    while (isTrusted(address)) {
      const previous = parseHop(hops.pop() ?? '');
      if (previous === null) break;
      address = previous;
    }
    return address;
  }

  return {
    hasProxies: trustedProxies.length > 0,
    /** Whether the other end of a connection is a trusted proxy. */
    isProxy(remoteAddress: string): boolean {
      const peer = parsePeer(remoteAddress);
      return peer !== null && isTrusted(peer);
    },
    /** The rightmost address that is not a trusted proxy; the other end of the connection comes last. */
    findCaller(remoteAddress: string, forwardedFor: string | null): string {
      // From a framework that evaluated the header, this may include a port.
      const peer = parsePeer(remoteAddress);
      return peer === null ? remoteAddress : walk(peer, splitHops(forwardedFor));
    },
    /**
     * The address that the holder of an API key calls for: the rightmost address in its X-Forwarded-For that is not a trusted
     * proxy. Undefined without the header; `unknown` when that address cannot be parsed.
     */
    findOnBehalfOf(forwardedFor: string | null): string | undefined {
      if (forwardedFor === null) return undefined;
      const hops = splitHops(forwardedFor);
      const nearest = parseHop(hops.pop() ?? '');
      return nearest === null ? 'unknown' : walk(nearest, hops);
    },
  };
}

function parsePeer(peer: string): string | null {
  return peer === unixPeer ? unixPeer : parseAddress(peer);
}

/** Empty list elements do not count (RFC 9110 §5.6.1.2). */
function splitHops(forwardedFor: string | null): string[] {
  return (forwardedFor ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
}
