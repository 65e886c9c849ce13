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
      // Ends a sign-in early. The alternative is that nobody can sign in any more.
      if (!this.#families.hasRoom(now)) this.#families.removeOldest();
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
    // Moves it to the end: the oldest is the one unused for longest.
    this.#families.remove(family);
    this.#families.save(family, live, now);
    return 'exchanged';
  }
}
