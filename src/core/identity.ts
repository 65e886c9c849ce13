import { isSupportedCountry } from 'libphonenumber-js/max';
import { canonicaliseDomain, hostName } from './domain.js';
import { foldIdentity } from './folding.js';
import { e164, parsePhone } from './phone.js';

const identityKinds = ['email', 'phone', 'opaque'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** A canonical identity: exactly these bytes are the recipient, the token's `sub`, and go into the MAC and the limits. */
export interface Identity {
  kind: IdentityKind;
  value: string;
}

export interface CanonicaliseOptions {
  /** ISO 3166-1 alpha-2 country of phone numbers without `+`. Default: none, `+` is required. */
  defaultCountry?: string | undefined;
}

/** The longest text that is parsed as an identity, in UTF-16 code units. */
export const maxInputLength = 320;
const maxEmailBytes = 254; // RFC 5321 §4.5.3.1.3: a path of 256 octets includes the angle brackets
const maxLocalBytes = 64; // RFC 5321 §4.5.3.1.1
const maxOpaqueLength = 128;
const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/; // RFC 5321 §4.1.2
const opaqueId = /^[A-Za-z0-9][A-Za-z0-9._-]*:[A-Za-z0-9._:-]+$/;
/** Disjoint: no text has two of these forms. */
const canonicalForms: Record<IdentityKind, RegExp> = {
  email: new RegExp(
    `^(?=.{1,${maxLocalBytes}}@)(?=.{1,${maxEmailBytes}}$)(?!.*[A-Z])${inside(dotAtom)}@${inside(hostName)}$`,
  ),
  phone: e164,
  opaque: new RegExp(`^(?=.{1,${maxOpaqueLength}}$)${inside(opaqueId)}$`),
};

/**
 * Turns input into its one canonical form, or returns `null` when it is not an identity. Idempotent.
 *
 * - e-mail: `Alice@Bücher.example` → `alice@xn--bcher-kva.example`
 * - phone: `+49 151 1234-5678` → `+4915112345678` (E.164)
 * - opaque: `user:42` as it is (`kind:id`, at most 128 characters)
 *
 * @param input what the caller sent; anything but a string is refused
 */
export function canonicalise(input: unknown, options: CanonicaliseOptions = {}): Identity | null {
  const identity = parseIdentity(input, options);
  return identity === 'ambiguous' ? null : identity;
}

/** Like `canonicalise`, but reports phone numbers that are ambiguous under the default country. */
export function parseIdentity(
  input: unknown,
  options: CanonicaliseOptions = {},
): Identity | 'ambiguous' | null {
  if (typeof input !== 'string' || input.length > maxInputLength) return null;
  const text = foldIdentity(input);
  if (text.includes('@')) return canonicaliseEmail(text);
  if (text.includes(':')) return canonicaliseOpaque(text);
  const value = parsePhone(text, options.defaultCountry);
  return value === null || value === 'ambiguous' ? value : { kind: 'phone', value };
}

/**
 * Parses a canonical identity, such as the `sub` of a token; `null` when the text is not canonical. Numbering plans are
 * not consulted: they change, and a change must not end a session.
 */
export function parseCanonical(text: string): Identity | null {
  for (const kind of identityKinds) if (canonicalForms[kind].test(text)) return { kind, value: text };
  return null;
}

/** Like `parseCanonical`, for what is certainly canonical: the identity of a token that was issued here. */
export function readIdentity(text: string): Identity {
  return parseCanonical(text) ?? { kind: 'opaque', value: text };
}

/** Whether `country` is an ISO 3166-1 alpha-2 code that has a numbering plan, such as `DE`. */
export function isCountry(country: string): boolean {
  return isSupportedCountry(country);
}

export function domainOf(email: string): string {
  return email.slice(email.indexOf('@') + 1);
}

function canonicaliseEmail(text: string): Identity | null {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  // Checked before lower-casing: U+212A (the Kelvin sign) lower-cases to an ASCII k.
  if (local.length > maxLocalBytes || !dotAtom.test(local)) return null;
  const typed = text.slice(at + 1);
  // A trailing joiner that is invalid there was pasted along with the name.
  const domain = canonicaliseDomain(typed) ?? canonicaliseDomain(typed.replace(/[\u200c\u200d]+$/, ''));
  if (domain === null) return null;
  const value = `${local.toLowerCase()}@${domain}`;
  return value.length <= maxEmailBytes ? { kind: 'email', value } : null;
}

function canonicaliseOpaque(text: string): Identity | null {
  return text.length <= maxOpaqueLength && opaqueId.test(text) ? { kind: 'opaque', value: text } : null;
}

/** Strips the anchors of a pattern so that it can be embedded in another. */
function inside({ source }: RegExp): string {
  return source.slice(1, -1);
}
