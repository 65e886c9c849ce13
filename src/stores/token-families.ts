import type { ExchangeRequest, ExchangeResult } from '../ports.js';
import { createExpiringTable } from './expiring-table.js';

/** The one good token of each family, by its hash. */
export interface TokenFamilies {
  /** As `Store.exchange`; null when there is no room for another family. */
  exchange(request: ExchangeRequest, now: number): ExchangeResult | null;
}

/** @param maxEntries how many families may be live at once */
export function createTokenFamilies(maxEntries: number): TokenFamilies {
  const families = createExpiringTable<{ token: string; expiresAt: number }>(maxEntries);
  return {
    exchange({ family, presented, next, ttlSeconds }, now) {
      if (presented === null && next !== null) {
        const entry = { token: next, expiresAt: now + ttlSeconds * 1000 };
        return families.set(family, entry, now) ? 'exchanged' : null;
      }
      const entry = families.get(family, now);
      if (!entry) return 'unknown';
      if (next === null || entry.token !== presented) {
        families.delete(family);
        return next === null ? 'exchanged' : 'reused';
      }
      entry.token = next;
      return 'exchanged';
    },
  };
}
