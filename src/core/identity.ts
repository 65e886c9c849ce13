import { domainToASCII } from 'node:url';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

const identityKinds = ['email', 'phone', 'opaque'] as const;
export type IdentityKind = (typeof identityKinds)[number];

/** A canonical identity: the very bytes that go into the MAC, the recipient, the token's `sub` and the limits. */
export interface Identity {
  kind: IdentityKind;
  value: string;
}

export interface CanonicaliseOptions {
  /** ISO 3166-1 alpha-2 code under which national phone numbers are read. Default: none, `+` is required. */
  defaultCountry?: string | undefined;
}

const maxInputLength = 320;
const maxEmailBytes = 254; // RFC 5321 §4.5.3.1.3: a path of 256 octets includes the angle brackets
const maxLocalBytes = 64; // RFC 5321 §4.5.3.1.1
const maxOpaqueLength = 128;
const maxPhoneLength = 40;

const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/; // RFC 5321 §4.1.2
const refusedInDomain = /[/#?%:\\[\]\s\p{Cc}]/u;
/** What the host parser would leave as it is but for its case: no Punycode to check, and no number that ends it. */
const plainDomain = /^(?!.*xn--)[A-Za-z0-9.-]+\.[A-Za-z]+$/i;
/** Two labels or more (RFC 5321 §4.1.2, RFC 1035 §2.3.4), of which the last is no number. */
const hostName =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const opaqueId = /^[A-Za-z0-9][A-Za-z0-9._-]*:[A-Za-z0-9._:-]+$/;
const e164 = /^\+[1-9][0-9]{1,14}$/; // ITU-T E.164 §6
/** No text has two of these forms. */
const canonicalForms: Record<IdentityKind, RegExp> = {
  email: new RegExp(
    `^(?=.{1,${maxLocalBytes}}@)(?=.{1,${maxEmailBytes}}$)(?!.*[A-Z])${inside(dotAtom)}@${inside(hostName)}$`,
  ),
  phone: e164,
  opaque: new RegExp(`^(?=.{1,${maxOpaqueLength}}$)${inside(opaqueId)}$`),
};
const phoneText = /^[+(]?[0-9][0-9 ().\-/]*$/;

/**
 * Turns what a caller sent into its one canonical form, or `null` when it names nobody we could verify.
 * Idempotent: a canonical form is its own canonical form.
 *
 * - e-mail: `Alice@Bücher.example` → `alice@xn--bcher-kva.example`
 * - phone: `+49 151 1234-5678` → `+4915112345678` (E.164)
 * - opaque: `user:42` as it is (`kind:id`, at most 128 characters)
 *
 * @param input what the caller sent; anything but a string is refused
 */
export function canonicalise(input: unknown, options: CanonicaliseOptions = {}): Identity | null {
  if (typeof input !== 'string' || input.length > maxInputLength) return null;
  // Blanks round the text are typing; a line end or any other control is not.
  const text = /^[ \t]|[ \t]$/.test(input) ? input.replace(/^[ \t]+|[ \t]+$/g, '') : input;
  if (text.includes('@')) return canonicaliseEmail(text);
  if (text.includes(':')) return canonicaliseOpaque(text);
  return canonicalisePhone(text, options.defaultCountry);
}

/**
 * The identity that a canonical text names, such as the `sub` of a token; `null` when the text is not canonical.
 * It goes by the shape, not by numbering plans: those change, and must not end a session.
 */
export function parseCanonical(text: string): Identity | null {
  for (const kind of identityKinds) if (canonicalForms[kind].test(text)) return { kind, value: text };
  return null;
}

/** Whether `country` is an ISO 3166-1 alpha-2 code that has a numbering plan, such as `DE`. */
export function isCountry(country: string): boolean {
  return isSupportedCountry(country);
}

function canonicaliseEmail(text: string): Identity | null {
  const at = text.indexOf('@');
  if (at !== text.lastIndexOf('@')) return null;
  const local = text.slice(0, at);
  // Checked before lower-casing: U+212A (the Kelvin sign) lower-cases to an ASCII k.
  if (local.length > maxLocalBytes || !dotAtom.test(local)) return null;
  const domain = canonicaliseDomain(text.slice(at + 1));
  if (domain === null) return null;
  const value = `${local.toLowerCase()}@${domain}`;
  return value.length <= maxEmailBytes ? { kind: 'email', value } : null;
}

function canonicaliseDomain(text: string): string | null {
  if (text.length > maxEmailBytes) return null;
  const domain = plainDomain.test(text) ? text.toLowerCase() : parseDomain(text);
  return hostName.test(domain) ? domain : null;
}

function parseDomain(text: string): string {
  // domainToASCII is a URL host parser: it would drop or decode these instead of refusing them.
  return refusedInDomain.test(text) ? '' : domainToASCII(text);
}

function canonicaliseOpaque(text: string): Identity | null {
  return text.length <= maxOpaqueLength && opaqueId.test(text) ? { kind: 'opaque', value: text } : null;
}

function canonicalisePhone(text: string, defaultCountry: string | undefined): Identity | null {
  if (text.length > maxPhoneLength || !phoneText.test(text)) return null;
  const parsed = parsePhoneNumberFromString(text, {
    ...(defaultCountry === undefined ? {} : { defaultCountry: defaultCountry as CountryCode }),
    extract: false,
  });
  // The metadata knows a few valid numbers that are longer than E.164 allows.
  if (!parsed?.isValid() || parsed.ext || !e164.test(parsed.number)) return null;
  return { kind: 'phone', value: parsed.number };
}

/** A pattern for a whole text, as a part of a longer one. */
function inside({ source }: RegExp): string {
  return source.slice(1, -1);
}
