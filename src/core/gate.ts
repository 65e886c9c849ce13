import { foldIdentity } from './folding.js';
import { canonicalise, domainOf, type Identity, parseCanonical } from './identity.js';

/** Whether this canonical identity is let in. */
export type Gate = (identity: string) => boolean;

/** Who is let in by a rule: one identity, every address of exactly one domain, or the numbers that begin like this. */
export interface GateRule {
  names: 'identity' | 'domain' | 'prefix';
  value: string;
}

/**
 * Parses a rule: a whole identity, `@domain`, or a prefix of phone numbers such as `+49`. Null for anything else; there are
 * no wildcards.
 */
export function parseGateRule(rule: string): GateRule | null {
  const text = foldIdentity(rule);
  const identity = canonicaliseListed(rule);
  if (identity) return { names: 'identity', value: identity.value };
  const domain = text.startsWith('@') ? canonicalise(`x${text}`) : null;
  if (domain?.kind === 'email') return { names: 'domain', value: domainOf(domain.value) };
  return /^\+[1-9][0-9]{0,14}$/.test(text) ? { names: 'prefix', value: text } : null;
}

/**
 * The canonical form of an identity that a list names. Null for one with an asterisk: `*@example.com` is a valid address, but was
 * meant as a wildcard; taken literally it would lock everyone out.
 */
export function canonicaliseListed(text: string): Identity | null {
  return foldIdentity(text).includes('*') ? null : canonicalise(text);
}

/** Lets in everyone named by one of the rules; without rules, nobody. */
export function createMatcher(rules: readonly GateRule[]): Gate {
  const collect = (names: GateRule['names']) =>
    new Set(rules.filter((rule) => rule.names === names).map(({ value }) => value));
  const [identities, domains, prefixes] = [collect('identity'), collect('domain'), [...collect('prefix')]];
  return (text) => {
    const identity = parseCanonical(text);
    if (!identity) return false;
    const { kind, value } = identity;
    if (identities.has(value)) return true;
    if (kind === 'email') return domains.has(domainOf(value));
    return kind === 'phone' && prefixes.some((prefix) => value.startsWith(prefix));
  };
}

/**
 * Lets in everyone named by the rules (see `parseGateRule`); without rules, everyone.
 *
 * @throws RangeError that names an invalid rule
 */
export function createGate(rules: readonly string[]): Gate {
  if (rules.length === 0) return () => true;
  return createMatcher(
    rules.map((text) => {
      const rule = parseGateRule(text);
      if (rule) return rule;
      throw new RangeError(
        `a gate rule is an identity, an @domain or the beginning of a +number, got ${text}`,
      );
    }),
  );
}
