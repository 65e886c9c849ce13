import { toFailure } from '../outcomes/failure.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { MonotonicClock, Store } from '../ports.js';
import type { TokenClaims } from './claims.js';

type EndedRequest = Parameters<NonNullable<Store['ended']>>[0];

/** After a failure, checks do not wait for the store again for this long. */
const pauseMs = 1000;

/**
 * Why a token of this sign-in is refused, or null: one of these names is on the deny-list in the store, its owner has signed out
 * since, or the list cannot be read. Never rejects.
 */
export function createRevocationFinder(options: {
  store: Pick<Store, 'claim' | 'claimed' | 'ended'>;
  isRequired: boolean;
  monotonicClock: MonotonicClock;
  outcomes: Outcomes;
}) {
  const { store, isRequired, monotonicClock, outcomes } = options;
  let isBlind = false;
  let pausedUntil = 0;
  const blind = isRequired ? 'store_unavailable' : null;

  function ask(request: EndedRequest): Promise<boolean> {
    if (store.ended) return store.ended(request);
    const asking = Promise.all(request.names.map((name) => store.claimed(name)));
    return asking.then((found) => found.includes(true));
  }

  return async (request: EndedRequest): Promise<'revoked' | 'store_unavailable' | null> => {
    if (isBlind && monotonicClock.now() < pausedUntil) return blind;
    try {
      const found = await ask(request);
      if (isBlind) outcomes.report({ event: 'revocations.known' });
      isBlind = false;
      return found ? 'revoked' : null;
    } catch (error) {
      if (toFailure(error) !== 'store_unavailable') throw error;
      pausedUntil = monotonicClock.now() + pauseMs;
      const cause = isRequired ? 'refused' : 'checked_by_signature';
      if (!isBlind) outcomes.report({ event: 'revocations.unknown', cause });
      isBlind = true;
      return blind;
    }
  };
}

export const tokenEntry = ({ jti }: TokenClaims) => `jti ${jti}`;
export const sessionEntry = (sid: string) => `sid ${sid}`;

/** The names under which a token may have been revoked: its own, and that of its session. */
export function listEntries(claims: TokenClaims): string[] {
  return claims.sid === undefined ? [tokenEntry(claims)] : [tokenEntry(claims), sessionEntry(claims.sid)];
}
