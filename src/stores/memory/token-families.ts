import type { ExchangeRequest, ExchangeResult } from '../../ports.js';
import { createTextColumn, none } from './column.js';
import { createExpiringTable } from './expiring-table.js';

/** The one good token of each family, by its hash. */
export interface TokenFamilies {
  /** As `Store.exchange`; null when there is no room for another family. */
  exchange(request: ExchangeRequest, now: number): ExchangeResult | null;
}

/** @param maxEntries how many families may be live at once */
export function createTokenFamilies(maxEntries: number): TokenFamilies {
  const tokens = createTextColumn();
  const table = createExpiringTable(maxEntries, (row) => tokens.set(row, ''));
  return {
    exchange({ family, presented, next, ttlSeconds }, now) {
      if (presented === null && next !== null) {
        const expiresAt = now + ttlSeconds * 1000;
        const row = table.findOrAdd(family, expiresAt, now);
        if (row === none) return null;
        table.keepUntil(row, expiresAt);
        tokens.set(row, next);
        return 'exchanged';
      }
      const row = table.find(family, now);
      if (row === none) return 'unknown';
      if (next === null || tokens.get(row) !== presented) {
        table.remove(row);
        return next === null ? 'exchanged' : 'reused';
      }
      tokens.set(row, next);
      return 'exchanged';
    },
  };
}
