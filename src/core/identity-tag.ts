const shownLength = 10;

/**
 * The part of an identity's tag that log lines and `stateless-otp identity tag` show: enough to follow it, without revealing it.
 *
 * @param identityTag from `Derivation.deriveIdentityTag`
 */
export function shortenTag(identityTag: string): string {
  return identityTag.slice(0, shownLength);
}
