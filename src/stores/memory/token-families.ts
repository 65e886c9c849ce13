import type { ExchangeRequest, ExchangeResult } from '../../store-verbs.js';
import { ExpiringTable, firstField } from './expiring-table.js';
import { createKeyReader, type Key, wordsPerKey } from './key.js';
import { none } from './rows.js';

/** The one good token of each family, by its hash. */
export interface TokenFamilies {
  /** As `Store.exchange`; null when there is no room for another family. */
  exchange(request: ExchangeRequest, now: number): ExchangeResult | null;
}

/** @param maxEntries how many families may be live at once */
export function createTokenFamilies(maxEntries: number): TokenFamilies {
  const table = new ExpiringTable({ maxEntries, fields: wordsPerKey });
  const { rows } = table;
  const [families, tokens] = [createKeyReader(), createKeyReader()];

  function setToken(row: number, token: Key): void {
    for (let i = 0; i < wordsPerKey; i++) rows.setWord(row, firstField + i, token[i] as number);
  }

  function hasToken(row: number, token: Key): boolean {
    return token.every((word, i) => rows.word(row, firstField + i) === word);
  }

  return {
    exchange({ family, presented, next, ttlSeconds }, now) {
      const key = families.read(family);
      if (presented === null && next !== null) {
        const expiresAt = now + ttlSeconds * 1000;
        const row = table.findOrAdd(key, expiresAt, now);
        if (row === none) return null;
        table.keepUntil(row, expiresAt);
        setToken(row, tokens.read(next));
        return 'exchanged';
      }
      const row = table.find(key, now);
      if (row === none) return 'unknown';
      if (next === null || presented === null || !hasToken(row, tokens.read(presented))) {
        table.remove(row);
        return next === null ? 'exchanged' : 'reused';
      }
      setToken(row, tokens.read(next));
      return 'exchanged';
    },
  };
}
