import { refuseUnknownOptions } from '../core/known-options.js';
import { assertWholeNumber } from '../core/policy.js';
import type { Clock, Store } from '../ports.js';
import { attempt } from './memory/attempt.js';
import type { StoredBudget } from './memory/budgets.js';
import { createCountVerbs } from './memory/count-verbs.js';
import { DaySends } from './memory/day-sends.js';
import { consume, retract } from './memory/end-attempt.js';
import { ExpiringMap, entriesRange } from './memory/expiring-map.js';
import { note, release } from './memory/follow-send.js';
import { GuessCounts } from './memory/guess-counts.js';
import { open } from './memory/open.js';
import { clear, inspect } from './memory/operate.js';
import { SignOuts } from './memory/sign-outs.js';
import { steadyClock } from './memory/steady-clock.js';
import type { Tables } from './memory/tables.js';
import { TokenFamilies } from './memory/token-families.js';

export interface MemoryStoreOptions {
  /** Milliseconds. Default: a clock that does not jump when the system's time is set. */
  clock?: Clock;
  /**
   * Maximum number of live entries of each kind (pending records, guess counts, addresses, claims, token families, sign-outs),
   * 1 to 10 000 000. Default 250 000: about 400 MB when full.
   */
  maxEntries?: number;
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
  const budgets = new ExpiringMap<StoredBudget>(maxEntries);
  const guesses = new GuessCounts(maxEntries);
  const claims = new ExpiringMap(maxEntries);
  const families = new TokenFamilies(maxEntries);
  const signOuts = new SignOuts(maxEntries);
  const daySends = new DaySends(maxEntries);
  const tables: Tables = { budgets, guesses, daySends, signOuts, sendCount: 0 };

  return {
    ...createCountVerbs(maxEntries, budgets, clock),
    open: async (request) => open(tables, request, clock()),
    attempt: async (request) => attempt(tables, request, clock()),
    consume: async (request) => consume(tables, request, clock()),
    retract: async (request) => retract(tables, request, clock()),
    release: async (request) => release(tables, request, clock()),
    note: async (request) => note(tables, request, clock()),
    clear: async (request) => clear(tables, request, clock()),
    inspect: async (request) => inspect(tables, request, clock()),

    async claim(key, ttlSeconds) {
      const now = clock();
      if (claims.load(key, now)) return false;
      claims.save(key, { expiresAt: now + ttlSeconds * 1000 }, now);
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
    exchange: async (request) => families.exchange(request, clock()),
    async ping() {},
    async close() {},
  };
}
