import { hash } from 'node:crypto';
import { toFailure } from '../outcomes/failure.js';
import type { Store } from '../ports.js';
import type { IssuedToken } from '../results.js';
import type { TokenClaims } from './claims.js';

/**
 * `kept`: the token cannot be renewed, or not now. `ended`: it was renewed more than ten seconds ago, so there is a copy of
 * it, and its session has been ended.
 */
export type Renewal = { status: 'renewed'; token: IssuedToken } | { status: 'kept' } | { status: 'ended' };

/** A browser sends several requests with the same cookie at once; all of them are renewed. */
const renewalSeconds = 10;

/**
 * Whether this is the first renewal of a token, or one within ten seconds of it. Finds copies of a session cookie: each cookie
 * has one successor, and the original and a copy both ask for it.
 *
 * @param lifeSeconds how much longer the token may be accepted anywhere
 */
export async function isTimelyRenewal(
  store: Pick<Store, 'claim'>,
  { jti }: TokenClaims,
  lifeSeconds: number,
): Promise<boolean> {
  if (!(await store.claim(`renewing ${jti}`, renewalSeconds))) return true;
  try {
    return await store.claim(`renewed ${jti}`, lifeSeconds);
  } catch (error) {
    // The store may have noted the renewal: without its new token, the owner would be signed out by the next one.
    if (toFailure(error) === 'store_unavailable') return true;
    throw error;
  }
}

/** The id of a successor, the same for all of a token: a copy renewed together with the original is found the next time. */
export function deriveSuccessorId({ jti, sid }: TokenClaims): string {
  return hash('sha256', `${sid} ${jti}`, 'buffer').subarray(0, 16).toString('base64url');
}
