import type { Derivation, Sender } from '../core/derivation.js';
import { networksPerSite } from '../core/ladder.js';
import { limitPeriodSeconds, type Policy } from '../core/policy.js';
import type { SpendRequest } from '../count-verbs.js';
import type { Store } from '../ports.js';
import type { RateLimited } from '../results.js';
import { rateLimited } from './waits.js';

/**
 * Counts a call against the limit of an address. Null when the call is allowed, as it is without an address or a limit.
 */
export type CountAddress = (
  limit: 'request_ip' | 'verify_ip' | 'human_check_ip',
  ip: string | null | undefined,
) => Promise<RateLimited | null>;

export function createAddressLimits(parts: {
  policy: Policy;
  derivation: Derivation;
  store: Store;
}): CountAddress {
  const { policy, derivation, store } = parts;
  const limits = {
    request_ip: { max: policy.requestIpMax, periodSeconds: limitPeriodSeconds, opensRecords: true },
    human_check_ip: { max: policy.requestIpMax, periodSeconds: limitPeriodSeconds, opensRecords: false },
    verify_ip: { max: policy.verifyIpMax, periodSeconds: limitPeriodSeconds, opensRecords: false },
  };
  return async (name, ip) => {
    const limit = limits[name];
    if (ip == null || limit.max === 0) return null;
    const { network, site } = derivation.deriveNetworkTags(name, ip);
    const hit = await store.hit(network, limit, groupOf(site, limit.max));
    return hit.allowed
      ? null
      : rateLimited(name === 'human_check_ip' ? 'request_ip' : name, hit.retryAfterMs);
  };
}

/** The limit on requests of an address as a part of `spend`; undefined without one. */
export function describeRequestHit(
  { requestIpMax: max }: Policy,
  { address, site }: Sender,
): SpendRequest['hit'] {
  if (max === 0) return undefined;
  const limit = { max, periodSeconds: limitPeriodSeconds, opensRecords: true };
  return { limitName: 'request_ip', key: address, limit, group: groupOf(site, max) };
}

function groupOf(site: string | undefined, max: number) {
  return site === undefined ? undefined : { key: site, max: max * networksPerSite };
}
