import type { CountVerbs } from '../../count-verbs.js';
import type { Clock } from '../../ports.js';
import { DayCounts } from './day-counts.js';
import type { Expiring, ExpiringMap } from './expiring-map.js';
import { RollingLimits } from './rolling-limits.js';

/** @param opened the table that requests fill */
export function createCountVerbs(
  maxEntries: number,
  opened: ExpiringMap<Expiring>,
  clock: Clock,
): Required<CountVerbs> {
  const addresses = new RollingLimits(maxEntries, opened);
  const days = new DayCounts(maxEntries);
  return {
    async hit(key, limit, group) {
      return addresses.hit(key, limit, group, clock());
    },

    async spend(request) {
      const now = clock();
      const { hit } = request;
      const answer = hit && addresses.hit(hit.key, hit.limit, hit.group, now);
      if (hit && answer?.allowed === false) {
        const { retryAfterMs } = answer;
        return { status: 'limited', limit: hit.limitName, retryAfterMs, isHelpedByCheck: false };
      }
      return days.spend(request, now);
    },

    async refund(request) {
      days.refund(request, clock());
    },
  };
}
