import { refuseUnknownOptions } from '../core/known-options.js';
import { assertWholeNumber } from '../core/policy.js';
import type { Clock, Store } from '../ports.js';
import { attempt } from './memory/attempt.js';
import { dropExpired, type StoredBudget } from './memory/budgets.js';
import { DayCounts } from './memory/day-counts.js';
import { consume, retract } from './memory/end-attempt.js';
import { createExchange } from './memory/exchange.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { note, release } from './memory/follow-send.js';
import { GuessCounts } from './memory/guess-counts.js';
import { createHit } from './memory/hit.js';
import type { KeyCounts } from './memory/key-counts.js';
import { open } from './memory/open.js';
import { clear, inspect } from './memory/operate.js';
import { SignOuts } from './memory/sign-outs.js';
import type { Tables } from './memory/tables.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that does not jump when the system's time is set. */
  clock?: Clock;
  /**
   * Maximum number of live entries of each kind (pending records, guess counts, addresses, claims, token families, sign-outs),
   * 1 to 10 000 000. Default 190 000: about 400 MB when all are full.
   */
  maxEntries?: number;
}

const { timeOrigin } = performance;

/** Milliseconds since 1970 as of the start of the process. Does not jump when the system's time is set. */
function steadyClock(): number {
  return Math.floor(timeOrigin + performance.now());
}

/**
 * The store for a single process, and the reference for every other store. Nothing is shared, and everything is lost with
 * the process. It is bounded, and nothing that counts against anyone is ever evicted. Guesses and hits without room are counted
 * in shared counters; without room for pending records or claims it rejects with `store_unavailable`; the token family unused
 * for longest gives way to a new one.
 *
 * @throws RangeError when `maxEntries` is out of range
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  refuseUnknownOptions(options, ['clock', 'maxEntries']);
  const { clock = steadyClock, maxEntries = entriesRange.default } = options;
  assertWholeNumber('maxEntries', maxEntries, entriesRange);
  const budgets = new ExpiringMap<StoredBudget>(maxEntries, dropExpired);
  const guesses = { unknown: new GuessCounts(maxEntries), known: new GuessCounts(maxEntries) };
  const claims = new ExpiringMap(maxEntries);
  const signOuts = new SignOuts(maxEntries);
  const counts = new ExpiringMap<KeyCounts>(maxEntries);
  const hit = createHit(maxEntries, budgets, counts, clock);
  const days = new DayCounts(maxEntries, counts, hit, clock);
  const tables: Tables = { clock, budgets, guesses, signOuts, sendCount: 0 };

  return {
    hit,
    spend: (request) => days.spend(request),
    refund: (request) => days.refund(request),
    open: open.bind(null, tables),
    attempt: attempt.bind(null, tables),
    consume: consume.bind(null, tables),
    retract: retract.bind(null, tables),
    release: release.bind(null, tables),
    note: note.bind(null, tables),
    clear: clear.bind(null, tables),
    inspect: inspect.bind(null, tables),

    async claim(key, ttlSeconds) {
      const now = clock();
      if (claims.load(key, now)) return false;
      claims.add(key, { expiresAt: now + ttlSeconds * 1000 }, now);
      return true;
    },
    async claimed(key) {
      return claims.load(key, clock()) !== undefined;
    },
    async ended({ names, identityTag, authTimeSeconds, ttlSeconds }) {
      const now = clock();
      if (signOuts.haveEnded(identityTag, authTimeSeconds, ttlSeconds, now)) return true;
      return names.some((name) => claims.load(name, now) !== undefined);
    },
    exchange: createExchange(maxEntries, clock),
    async ping() {},
    async close() {},
  };
}
