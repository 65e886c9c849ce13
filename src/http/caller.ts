import type { Logger } from '../ports.js';
import type { ApiCaller } from './api-keys.js';
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
): (request: HttpRequest, holder?: ApiCaller) => Caller {
  const { trustedProxies, hasApiKeys, logger } = options;
  const clientAddress = createClientAddressReader(trustedProxies);
  // Each warning is logged once: clients could flood the log.
  let isProxyWarned = trustedProxies.length > 0 || hasApiKeys;
  let isAddressWarned = false;
  const silent = new Set<string | undefined>();

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

  /** Without it, one caller's users share no limit by address at all. */
  function warnOfSilence({ name }: ApiCaller): void {
    if (silent.has(name)) return;
    silent.add(name);
    const who = name === undefined ? {} : { caller: name };
    logger.warn(who, 'A caller sends no X-Forwarded-For: its users are not limited by address');
  }

  return ({ remoteAddress, header }, holder) => {
    const forwardedFor = header('x-forwarded-for');
    // A back end has one address for all its users, so the users that it names are counted instead.
    if (holder) {
      if (forwardedFor === null && holder.rights.includes('otp')) warnOfSilence(holder);
      return { address: clientAddress.readOnBehalfOf(forwardedFor), name: holder.name };
    }
    if (!remoteAddress) warnOfMissingAddress();
    // Hiding one's address must not lift the limits.
    const peer = remoteAddress || 'unknown';
    // A framework that trusts its proxy has already evaluated the header.
    if (!isProxyWarned && forwardedFor !== null && !forwardedFor.includes(peer)) warnOfProxy();
    return { address: clientAddress.readCaller(peer, forwardedFor) };
  };
}
