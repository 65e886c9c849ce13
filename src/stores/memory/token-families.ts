import type { ExchangeRequest, ExchangeResult } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface Family extends Expiring {
  /** Hash of its one valid token. */
  token: string;
}

export class TokenFamilies {
  readonly #families: ExpiringMap<Family>;

  constructor(maxEntries: number) {
    this.#families = new ExpiringMap(maxEntries);
  }

  /** See `Store.exchange`. */
  exchange({ family, presented, next, ttlSeconds }: ExchangeRequest, now: number): ExchangeResult {
    if (presented === null && next !== null) {
      const started = { token: next, expiresAt: now + ttlSeconds * 1000 };
      this.#families.save(family, started, now);
      return 'exchanged';
    }
    const live = this.#families.load(family, now);
    if (!live) return 'unknown';
    if (next === null || presented !== live.token) {
      this.#families.remove(family);
      return next === null ? 'exchanged' : 'reused';
    }
    live.token = next;
    return 'exchanged';
  }
}
