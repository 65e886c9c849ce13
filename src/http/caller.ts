import type { Logger } from '../ports.js';
import { createClientAddressReader } from './client-address.js';
import type { HttpRequest } from './request.js';
import type { Caller } from './route.js';

export interface CallerOptions {
  /** Proxies whose X-Forwarded-For counts: addresses, CIDR ranges, `loopback` or `unix`. */
  trustedProxies: readonly string[];
  hasApiKeys: boolean;
  logger: Logger;
}

/**
 * Finds whom to count a request against.
 *
 * @throws RangeError for a trusted proxy that is not an address, range, `loopback` or `unix`
 */
export function createCallerFinder(
  options: CallerOptions,
): (request: HttpRequest, holdsKey: boolean) => Caller {
  const { trustedProxies, hasApiKeys, logger } = options;
  const clientAddress = createClientAddressReader(trustedProxies);
  // Each warning is logged once: clients could flood the log.
  let isProxyWarned = trustedProxies.length > 0 || hasApiKeys;
  let isAddressWarned = false;

  function warnOfProxy(): void {
    isProxyWarned = true;
    logger.warn(
      {},
      'X-Forwarded-For arrives, but no proxy is trusted: people behind one share one address limit',
    );
  }

  function warnOfMissingAddress(): void {
    if (!isAddressWarned) logger.warn({}, 'A request came without an address: those share one limit');
    isAddressWarned = true;
  }

  return ({ remoteAddress, header }, holdsKey) => {
    const forwardedFor = header('x-forwarded-for');
    // A back end has one address for all its users, so the users that it names are counted instead.
    if (holdsKey) return { address: clientAddress.readOnBehalfOf(forwardedFor) };
    if (!remoteAddress) warnOfMissingAddress();
    // Hiding one's address must not lift the limits.
    const peer = remoteAddress || 'unknown';
    // A framework that trusts its proxy has already evaluated the header.
    if (!isProxyWarned && forwardedFor !== null && !forwardedFor.includes(peer)) warnOfProxy();
    return { address: clientAddress.readCaller(peer, forwardedFor) };
  };
}
