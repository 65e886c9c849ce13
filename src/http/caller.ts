import type { Logger } from '../ports.js';
import type { ApiCaller } from './api-keys.js';
import type { ClientAddressFinder } from './client-address.js';
import type { HttpRequest } from './request.js';
import type { Caller } from './route.js';

const noForwardedFor = 'A caller sends no X-Forwarded-For: its users are not limited by address';
const unknownProxy =
  'X-Forwarded-For arrives, but no proxy is trusted: people behind one share one address limit';

export function createCallerFinder(
  { hasProxies, findCaller, findOnBehalfOf }: ClientAddressFinder,
  { hasApiKeys, logger }: { hasApiKeys: boolean; logger: Logger },
): (request: HttpRequest, requestId: string, holder?: ApiCaller) => Caller {
  const isProxyUnknown = !hasProxies && !hasApiKeys;
  const warned = new Set<string>();

  /** Once, since clients could flood the log. */
  function warnOnce(message: string, caller?: string): void {
    const warning = caller === undefined ? message : `${message} ${caller}`;
    if (warned.has(warning)) return;
    warned.add(warning);
    logger.warn(caller === undefined ? {} : { caller }, message);
  }

  return ({ remoteAddress, header }, requestId, holder) => {
    const forwardedFor = header('x-forwarded-for');
    // A back end has one address for all its users, so the users that it names are counted instead.
    if (holder) {
      if (forwardedFor === null && holder.rights.includes('otp')) warnOnce(noForwardedFor, holder.name);
      const address = findOnBehalfOf(forwardedFor);
      return { call: { requestId, ip: address, caller: holder.name }, holder };
    }
    if (!remoteAddress) warnOnce('A request came without an address: those share one limit');
    // Hiding one's address must not lift the limits.
    const peer = remoteAddress || 'unknown';
    // A framework that trusts its proxy has already evaluated the header.
    if (isProxyUnknown && forwardedFor !== null && !forwardedFor.includes(peer)) warnOnce(unknownProxy);
    const address = hasProxies ? findCaller(peer, forwardedFor) : peer;
    return { call: { requestId, ip: address, caller: undefined }, holder: undefined };
  };
}
