import type { OwnerTags } from '../../core/derivation.js';
import type { Side } from '../../store-verbs.js';

/** Names the keys in Redis. See docs/decisions/0065 for the versions in them. */
export function createKeyNames(prefix: string) {
  /** One hash tag per budget, so that a cluster keeps its keys on one server. */
  const of = (kind: string, tag: string) => `${prefix}${kind}:{${tag}}`;
  function signOut(owner: OwnerTags): string {
    const alias = nameAlias(owner);
    return alias === '' ? of('s', owner.budgetTag) : `${of('s', owner.budgetTag)}:${alias}`;
  }
  return {
    of,
    budget: ({ budgetTag }: OwnerTags) => of('p3', budgetTag),
    guesses: ({ budgetTag }: OwnerTags) => of('g', budgetTag),
    signOut,
    /** In the order in which scripts that need all of them expect them. */
    all: (owner: OwnerTags) => [of('p3', owner.budgetTag), of('g', owner.budgetTag), signOut(owner)],
    /** Where the previous version kept the sign-outs of an alias; undefined for other identities. */
    oldSignOut: (owner: OwnerTags) => (nameAlias(owner) === '' ? undefined : of('s', owner.identityTag)),
  };
}

/** The tag of an alias; the identity that its budget is named after needs none. */
export function nameAlias({ identityTag, budgetTag }: OwnerTags): string {
  return identityTag === budgetTag ? '' : identityTag;
}

export function numberSide(side: Side | undefined): number {
  return side === 'known' ? 2 : 1;
}

/** Names a pending record within its identity: by its purpose, and by its challenge when it is bound. */
export function nameRecord(recordTag: string, challenge: string | undefined): string {
  return challenge === undefined ? recordTag : `${recordTag}:${challenge}`;
}

/** What `nameRecord` was given. */
export function parseRecordName(name: string): { recordTag: string; isBound: boolean } {
  const [recordTag = '', challenge] = name.split(':');
  return { recordTag, isBound: challenge !== undefined };
}
