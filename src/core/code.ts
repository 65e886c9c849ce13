import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The shortest and longest code, in digits. */
export const minDigits = 4;
export const maxDigits = 10;

/** What a code or a tag is derived from, beside the key. */
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
}

/**
 * The code of one challenge in one window, as `digits` ASCII digits with leading zeros.
 *
 *     message = LP(namespace) LP(purpose) LP(identity) LP(challenge) U64BE(window)
 *     code    = U64BE(HMAC-SHA-256(key, message)[0..8)) mod 10^digits
 *
 * 64 bits before the modulo keep the bias under 1e-9 at ten digits; RFC 4226 §5.3 takes 31 bits.
 */
export function deriveCode(key: KeyObject, input: CodeInput): string {
  const window = Buffer.alloc(8);
  window.writeBigUInt64BE(BigInt(input.window));
  const mac = createHmac('sha256', key)
    .update(Buffer.concat([...encodeSubject(input), ...lengthPrefixed(input.challenge), window]))
    .digest();
  return String(mac.readBigUInt64BE(0) % 10n ** BigInt(input.digits)).padStart(input.digits, '0');
}

/** The keyed name of a subject in the store: 16 bytes as 22 characters of base64url, no identity in it. */
export function deriveTag(key: KeyObject, subject: Subject): string {
  return shortTag(key, Buffer.concat(encodeSubject(subject)));
}

/** The keyed name of a network address in the store. */
export function deriveAddressTag(key: KeyObject, address: string): string {
  return shortTag(key, Buffer.concat(lengthPrefixed(Buffer.from(address))));
}

/**
 * Reads a code as a person types or pastes it: spaces and dashes of any kind are dropped, and what is left
 * must be 4 to 10 ASCII digits.
 *
 * @returns the digits, or `null` when it cannot be a code
 */
export function parseCode(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > 64) return null;
  const digits = input.replace(/[\s\p{Pd}]/gu, '');
  return /^[0-9]{4,10}$/.test(digits) ? digits : null;
}

/** Compares two codes in time that depends on their lengths alone; the length of a code is public. */
export function equalCodes(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function encodeSubject({ namespace, purpose, identity }: Subject): Uint8Array[] {
  return [namespace, purpose, identity].flatMap((text) => lengthPrefixed(Buffer.from(text)));
}

/** LP(x): without the lengths, (a, bc) and (ab, c) would be one message. */
function lengthPrefixed(bytes: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

function shortTag(key: KeyObject, message: Uint8Array): string {
  return createHmac('sha256', key).update(message).digest().subarray(0, 16).toString('base64url');
}
