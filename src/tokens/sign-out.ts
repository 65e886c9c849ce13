import type { OwnerTags } from '../core/derivation.js';
import { type Identity, readIdentity } from '../core/identity.js';
import { OtpError } from '../errors.js';
import type { Call } from '../outcomes/call.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Store } from '../ports.js';
import { signOutSeconds } from './claims.js';

/**
 * Ends every sign-in of an identity until now, with its pending codes. Resolves with how many codes were pending.
 *
 * @throws OtpError `store_unavailable`, or `not_found` when the store cannot do that
 */
export type SignOut = (identity: string, call?: Call) => Promise<number>;

export function createSignOut(parts: {
  store: Pick<Store, 'clear'>;
  outcomes: Outcomes;
  deriveOwnerTags(identity: Identity): OwnerTags;
}): SignOut {
  const { store, outcomes, deriveOwnerTags } = parts;
  return async (identity, call = {}) => {
    if (!store.clear) throw new OtpError('not_found', 'The store cannot sign people out everywhere');
    const { identityTag, budgetTag } = deriveOwnerTags(readIdentity(identity));
    const ended = { records: true, counts: false, signOutSeconds };
    const cleared = await store.clear({ identityTag, budgetTag, ...ended });
    outcomes.report({ event: 'session.ended', ...call, identityTag, kind: 'session', cause: 'everywhere' });
    return cleared.records;
  };
}
