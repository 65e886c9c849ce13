import type { Clock, Store } from '../../ports.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface Family extends Expiring {
  /** Hash of its one valid token. */
  token: string;
}

/** See `Store.exchange`. */
export function createExchange(maxEntries: number, clock: Clock): Store['exchange'] {
  const families = new ExpiringMap<Family>(maxEntries);

  return async ({ family, presented, next, ttlSeconds }) => {
    const now = clock();
    if (presented === null && next !== null) {
      // Ends a sign-in early. The alternative is that nobody can sign in any more.
      if (!families.hasRoom(now)) families.removeOldest();
      families.save(family, { token: next, expiresAt: now + ttlSeconds * 1000 }, now);
      return 'exchanged';
    }
    const live = families.load(family, now);
    if (!live) return 'unknown';
    // Moves it to the end if it stays: the oldest is the one unused for longest.
    families.remove(family);
    if (next === null) return 'exchanged';
    if (presented !== live.token) return 'reused';
    live.token = next;
    families.save(family, live, now);
    return 'exchanged';
  };
}
