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

/** A browser may send several requests with the same cookie at the same time: all of them are renewed. */
const renewalSeconds = 10;

/**
 * Whether this is the first renewal of a token, or comes within ten seconds of it. A later one means that the cookie was
 * copied: original and copy each ask for its successor.
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

/**
 * The id of a token's successor, which is always the same: if a copy is renewed together with the original, the next renewal
 * reveals it.
 */
export function deriveSuccessorId({ jti, sid }: TokenClaims): string {
  return hash('sha256', `${sid} ${jti}`, 'buffer').subarray(0, 16).toString('base64url');
}
