const shownLength = 10;

/**
 * What log lines and `stateless-otp identity tag` show of the tag of an identity: enough to follow it, without revealing it.
 *
 * @param identityTag from `Derivation.deriveIdentityTag`
 */
export function shortenTag(identityTag: string): string {
  return identityTag.slice(0, shownLength);
}
