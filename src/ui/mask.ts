const hidden = '•••';

/**
 * An identity as it may stand on a screen that others see: enough for its owner to know it.
 * `alice@example.com` → `a•••@example.com`, `+4915112345678` → `+49•••678`.
 */
export function maskIdentity(identity: string): string {
  const at = identity.lastIndexOf('@');
  if (at > 0) return `${identity.slice(0, 1)}${hidden}${identity.slice(at)}`;
  if (identity.startsWith('+')) return `${identity.slice(0, 3)}${hidden}${identity.slice(-3)}`;
  const colon = identity.indexOf(':');
  return `${identity.slice(0, colon + 1)}${hidden}${identity.length - colon > 6 ? identity.slice(-2) : ''}`;
}
