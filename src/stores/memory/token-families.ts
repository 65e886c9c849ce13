import type { ExchangeRequest, ExchangeResult } from '../../store-verbs.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface Family extends Expiring {
  /** Hash of its one valid token. */
  token: string;
}

/** The one valid token of each family, by its hash. */
export class TokenFamilies {
  readonly #families: ExpiringMap<Family>;

  /** @param maxEntries how many families may be live at once */
  constructor(maxEntries: number) {
    this.#families = new ExpiringMap(maxEntries);
  }

  /** As `Store.exchange`; null when there is no room for another family. */
  exchange({ family, presented, next, ttlSeconds }: ExchangeRequest, now: number): ExchangeResult | null {
    if (presented === null && next !== null) {
      const started = { token: next, expiresAt: now + ttlSeconds * 1000 };
      return this.#families.save(family, started, now) ? 'exchanged' : null;
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
