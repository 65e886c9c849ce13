import { foldIdentity } from './folding.js';
import { canonicalise, domainOf, parseCanonical } from './identity.js';

/** Whether this canonical identity is let in. */
export type Gate = (identity: string) => boolean;

/**
 * Rules are whole identities, `@domain` for every address of exactly this domain, and prefixes of phone numbers such as
 * `+49`. There are no wildcards. Without rules everyone is let in.
 *
 * @throws RangeError that names an invalid rule
 */
export function createGate(rules: readonly string[]): Gate {
  const identities = new Set<string>();
  const domains = new Set<string>();
  const prefixes: string[] = [];
  for (const rule of rules) {
    const text = foldIdentity(rule);
    // `*@example.com` is a valid address, but was meant as a wildcard; taken literally it would lock everyone out.
    const identity = text.includes('*') ? null : canonicalise(rule);
    const domain = text.startsWith('@') ? canonicalise(`x${text}`) : null;
    if (identity) identities.add(identity.value);
    else if (domain?.kind === 'email') domains.add(domainOf(domain.value));
    else if (/^\+[1-9][0-9]{0,14}$/.test(text)) prefixes.push(text);
    else
      throw new RangeError(
        `a gate rule is an identity, an @domain or the beginning of a +number, got ${rule}`,
      );
  }
  if (rules.length === 0) return () => true;
  return (text) => {
    const identity = parseCanonical(text);
    if (!identity) return false;
    const { kind, value } = identity;
    if (identities.has(value)) return true;
    if (kind === 'email') return domains.has(domainOf(value));
    return kind === 'phone' && prefixes.some((prefix) => value.startsWith(prefix));
  };
}
