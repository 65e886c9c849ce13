import { canonicalise } from './identity.js';

/** Whether this canonical identity is let in. */
export type Gate = (identity: string) => boolean;

/**
 * Reads who is let in: whole identities, `@domain` for every address of exactly this domain, and the beginning of a
 * phone number such as `+49`. No rules let everybody in.
 *
 * @throws RangeError that names the rule that is none of these
 */
export function createGate(rules: readonly string[]): Gate {
  const identities = new Set<string>();
  const domains = new Set<string>();
  const prefixes: string[] = [];
  for (const rule of rules) {
    const domain = rule.startsWith('@') ? canonicalise(`x${rule}`)?.value.slice(1) : undefined;
    const identity = canonicalise(rule)?.value;
    if (domain !== undefined) domains.add(domain);
    else if (identity !== undefined) identities.add(identity);
    else if (/^\+[1-9][0-9]{0,14}$/.test(rule)) prefixes.push(rule);
    else
      throw new RangeError(
        `a gate rule is an identity, an @domain or the beginning of a +number, got ${rule}`,
      );
  }
  if (rules.length === 0) return () => true;
  return (identity) =>
    identities.has(identity) ||
    domains.has(identity.slice(identity.lastIndexOf('@'))) ||
    prefixes.some((prefix) => identity.startsWith(prefix));
}
