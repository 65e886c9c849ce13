import { parseCanonical } from '../core/identity.js';

const hidden = '•••';

/**
 * An identity as it may appear on a screen that others see: enough for its owner to recognise it.
 * `alice@example.com` → `a•••@example.com`, `+4915112345678` → `+49•••678`.
 */
export function maskIdentity(identity: string): string {
  switch (parseCanonical(identity)?.kind) {
    case 'email':
      return `${identity.slice(0, 1)}${hidden}${identity.slice(identity.indexOf('@'))}`;
    case 'phone':
      return `${identity.slice(0, 3)}${hidden}${identity.slice(-3)}`;
    default: {
      const colon = identity.indexOf(':');
      return `${identity.slice(0, colon + 1)}${hidden}${identity.length - colon > 6 ? identity.slice(-2) : ''}`;
    }
  }
}
