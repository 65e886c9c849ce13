import { cachedAddresses } from '../core/address.js';
import type { Derivation } from '../core/derivation.js';
import { networksPerSite } from '../core/ladder.js';
import { limitPeriodSeconds, type Policy } from '../core/policy.js';
import type { LimitedHit } from '../count-verbs.js';
import { remember } from '../fast/recent.js';
import type { Store } from '../ports.js';
import type { RateLimited } from '../results.js';
import { rateLimited } from './waits.js';

type AddressLimit = 'request_ip' | 'verify_ip' | 'human_check_ip';

/**
 * Counts a call against the limit of an address. Resolves with null when the call is allowed; null at once without an address or
 * a limit.
 */
export type CountAddress = (
  limit: AddressLimit,
  ip: string | null | undefined,
) => Promise<RateLimited | null> | null;

/** The same as a part of another call of the store; undefined where nothing is counted. */
export type ToHit = (limit: AddressLimit, ip: string | null | undefined) => LimitedHit | undefined;

export function createAddressLimits(parts: { policy: Policy; derivation: Derivation; store: Store }): {
  countAddress: CountAddress;
  toHit: ToHit;
} {
  const { policy, derivation, store } = parts;
  const rememberTags = (name: AddressLimit) =>
    remember(cachedAddresses, (ip: string) => {
      const { network, site } = derivation.deriveNetworkTags(name, ip);
      return { address: network, site };
    });
  const createLimit = (name: AddressLimit, max: number, opensRecords: boolean) => ({
    limitName: name === 'human_check_ip' ? 'request_ip' : name,
    limit: { max, periodSeconds: limitPeriodSeconds, opensRecords },
    // The limits over a day need the tags of a sender too.
    deriveTags: name === 'request_ip' ? derivation.deriveSender : rememberTags(name),
  });
  const limits = {
    request_ip: createLimit('request_ip', policy.requestIpMax, true),
    human_check_ip: createLimit('human_check_ip', policy.requestIpMax, false),
    verify_ip: createLimit('verify_ip', policy.verifyIpMax, false),
  };
  const toHit: ToHit = (name, ip) => {
    const { limitName, limit, deriveTags } = limits[name];
    if (ip == null || limit.max === 0) return undefined;
    const { address, site } = deriveTags(ip);
    const group = site === undefined ? undefined : { key: site, max: limit.max * networksPerSite };
    return { limitName, key: address, limit, group };
  };
  async function count({ limitName, key, limit, group }: LimitedHit): Promise<RateLimited | null> {
    const hit = await store.hit(key, limit, group);
    return hit.allowed ? null : rateLimited(limitName, hit.retryAfterMs);
  }
  return {
    toHit,
    countAddress(name, ip) {
      const hit = toHit(name, ip);
      return hit ? count(hit) : null;
    },
  };
}
