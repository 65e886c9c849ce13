import { OtpError } from '../errors.js';
import type { Logger, MonotonicClock, Store } from '../ports.js';

export interface RevocationsOptions {
  store: Pick<Store, 'claim' | 'claimed'>;
  /** Whether tokens are refused while the store does not answer. */
  isRequired: boolean;
  monotonicClock: MonotonicClock;
  logger: Logger;
}

/** A deny-list of revoked tokens, kept in the store until they would have expired. */
export interface Revocations {
  /** Whether any of these entries is on the list. Never rejects. */
  includesAny(names: readonly string[]): Promise<boolean>;
  /** @throws OtpError `store_unavailable` */
  add(name: string, ttlSeconds: number): Promise<void>;
}

/** After a failure, checks do not wait for the store again for this long. */
const pauseMs = 1000;

export function createRevocations(options: RevocationsOptions): Revocations {
  const { store, isRequired, monotonicClock, logger } = options;
  let isBlind = false;
  let pausedUntil = 0;

  function decideWithout(error: unknown): boolean {
    if (!(error instanceof OtpError) || error.code !== 'store_unavailable') throw error;
    pausedUntil = monotonicClock.now() + pauseMs;
    if (!isBlind) {
      const how = isRequired ? 'refused' : 'checked by signature alone';
      logger.warn({}, `the store cannot say which tokens are revoked: they are ${how} until it can`);
    }
    isBlind = true;
    return isRequired;
  }

  async function findAny([first, ...others]: readonly string[]): Promise<boolean> {
    if (first === undefined) return false;
    if (others.length === 0) return store.claimed(first);
    const found = await Promise.all([first, ...others].map((name) => store.claimed(name)));
    return found.includes(true);
  }

  return {
    async includesAny(names) {
      if (isBlind && monotonicClock.now() < pausedUntil) return isRequired;
      try {
        const found = await findAny(names);
        if (isBlind) logger.info({}, 'the store answers again which tokens are revoked');
        isBlind = false;
        return found;
      } catch (error) {
        return decideWithout(error);
      }
    },
    async add(name, ttlSeconds) {
      await store.claim(name, ttlSeconds);
    },
  };
}
