import { timingSafeEqual } from 'node:crypto';
import { equalTexts } from '../fast/equal-texts.js';
import type { HmacSha256 } from '../fast/hmac.js';
import { encodeMessage } from '../fast/message.js';
import { truncateTo16Bytes, truncateToNumber } from '../fast/truncation.js';
import {
  base32Length,
  base32TypedLength,
  type CodeAlphabet,
  parseBase32Code,
  truncateToBase32,
} from './base32-code.js';
import { dropSeparators, foldText } from './folding.js';

/** The shortest and longest code, in digits. */
export const minDigits = 4;
export const maxDigits = 10;
/** The longest text in which a code is looked for. */
const maxTypedLength = 64;
const codeDigits = new RegExp(`^[0-9]{${minDigits},${maxDigits}}$`);

/** What a code or a tag is derived from, besides the key. */
export interface Subject {
  namespace: string;
  purpose: string;
  /** A canonical identity. */
  identity: string;
}

export interface CodeInput extends Subject {
  /** 16 bytes in guarded operation, empty in pure operation. */
  challenge: Uint8Array;
  /** `floor(unix seconds / window seconds)`, not negative. */
  window: number;
  digits: number;
  /** Default: digits. In base32 every code has 12 letters, whatever `digits` says. */
  alphabet?: CodeAlphabet | undefined;
}

/**
 * The code of one challenge in one window, as `digits` ASCII digits with leading zeros, or as 12 letters of base32.
 *
 *     message = LP(namespace) LP(purpose) LP(identity) LP(challenge) U64BE(window)
 *     code    = U64BE(HMAC-SHA-256(key, message)[0..8)) mod 10^digits
 *     base32  = the first 60 bits of that HMAC
 *
 * 64 bits before the modulo keep the bias under 1e-9 at ten digits; RFC 4226 §5.3 takes 31 bits.
 */
export function deriveCode(mac: HmacSha256, input: CodeInput): string {
  const { namespace, purpose, identity, challenge, window, digits, alphabet } = input;
  const digest = mac(encodeMessage([namespace, purpose, identity, challenge], window), 'binary');
  if (alphabet === 'base32') return truncateToBase32(digest);
  return String(truncateToNumber(digest, digits)).padStart(digits, '0');
}

/**
 * The window whose code this is, or `null`; the last one if several match. Derives and compares all of them every time,
 * so timing does not reveal a match.
 */
export function findWindow(
  mac: HmacSha256,
  input: CodeInput,
  windows: readonly number[],
  code: string,
): number | null {
  let found: number | null = null;
  for (const window of windows) if (equalTexts(deriveCode(mac, { ...input, window }), code)) found = window;
  return found;
}

/** The keyed hash that names a subject in the store: 16 bytes as 22 characters of base64url. */
export function deriveTag(mac: HmacSha256, { namespace, purpose, identity }: Subject): string {
  return truncateTo16Bytes(mac(encodeMessage([namespace, purpose, identity]), 'base64url'));
}

/** The keyed hash that names a network address in the store. */
export function deriveAddressTag(mac: HmacSha256, address: string): string {
  return truncateTo16Bytes(mac(encodeMessage([address]), 'base64url'));
}

/**
 * Parses a code as people type or paste it: drops white space, dashes and format characters; the rest must be 4 to 10
 * decimal digits of any script.
 *
 * @returns ASCII digits, or `null` when it cannot be a code
 */
export function parseCode(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > maxTypedLength) return null;
  const digits = dropSeparators(foldText(input));
  return codeDigits.test(digits) ? digits : null;
}

/** How codes of an installation are typed. */
export interface TypedCodes {
  /** Characters in which a JSON body may hold one. */
  minLength: number;
  maxLength: number;
  /** In the words of a message. */
  form: string;
  example: string;
  /** The code in what was typed, or `null` when it cannot be one. */
  parse(input: unknown): string | null;
  /** In time that depends on the lengths only. */
  equal(a: string, b: string): boolean;
}

/** Codes of fixed digits, for identities of tests, are accepted next to those in base32. */
export const typedCodes: Record<CodeAlphabet, TypedCodes> = {
  digits: {
    minLength: 1,
    maxLength: maxTypedLength,
    form: `${minDigits} to ${maxDigits} digits; spaces and dashes are dropped`,
    example: '482931',
    parse: parseCode,
    equal: equalTexts,
  },
  base32: {
    minLength: base32TypedLength.min,
    maxLength: base32TypedLength.max,
    form: `${base32Length} letters and digits such as ABCD-EFGH-JKMN; case, spaces and dashes do not matter`,
    example: 'ABCD-EFGH-JKMN',
    parse: (input) => parseBase32Code(input) ?? parseCode(input),
    equal: (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b)),
  },
};
