import { timingSafeEqual } from 'node:crypto';
import type { Mac } from './mac.js';

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
export function deriveCode(mac: Mac, input: CodeInput): string {
  const challenge = encodeBytes(input.challenge);
  const window = encodeUint32(Math.floor(input.window / 2 ** 32)) + encodeUint32(input.window);
  const bytes = mac(encodeSubject(input) + lengthPrefixed(challenge) + window, 'binary');
  return String(reduceFirst64Bits(bytes, 10 ** input.digits)).padStart(input.digits, '0');
}

/** The keyed name of a subject in the store: 16 bytes as 22 characters of base64url, no identity in it. */
export function deriveTag(mac: Mac, subject: Subject): string {
  return shortTag(mac, encodeSubject(subject));
}

/** The keyed name of a network address in the store. */
export function deriveAddressTag(mac: Mac, address: string): string {
  return shortTag(mac, lengthPrefixed(encodeText(address)));
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

// Messages are put together as strings of bytes, one character each: several times quicker than as buffers.

function encodeSubject({ namespace, purpose, identity }: Subject): string {
  return (
    lengthPrefixed(encodeText(namespace)) +
    lengthPrefixed(encodeText(purpose)) +
    lengthPrefixed(encodeText(identity))
  );
}

function encodeBytes(bytes: Uint8Array): string {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString('latin1');
}

/** UTF-8, which ASCII already is. */
function encodeText(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return Buffer.from(text).toString('latin1');
  }
  return text;
}

/** LP(x): without the lengths, (a, bc) and (ab, c) would be one message. */
function lengthPrefixed(bytes: string): string {
  return (shortLengths[bytes.length] ?? encodeUint32(bytes.length)) + bytes;
}

/** The low 32 bits, big-endian. */
function encodeUint32(value: number): string {
  return String.fromCharCode(
    (value >>> 24) & 0xff,
    (value >>> 16) & 0xff,
    (value >>> 8) & 0xff,
    value & 0xff,
  );
}

/** U64BE(bytes[0..8)) mod `modulus`, 16 bits at a time: with a modulus up to 10^10 every step is exact. */
function reduceFirst64Bits(bytes: string, modulus: number): number {
  let rest = 0;
  for (let at = 0; at < 8; at += 2) {
    rest = (rest * 0x10000 + bytes.charCodeAt(at) * 0x100 + bytes.charCodeAt(at + 1)) % modulus;
  }
  return rest;
}

const shortLengths = Array.from({ length: 128 }, (_, length) => encodeUint32(length));

/** Used for each tag in turn: making a buffer costs as much as a hash. */
const tagBytes = Buffer.alloc(16);

/** The first 16 bytes. */
function shortTag(mac: Mac, message: string): string {
  tagBytes.write(mac(message, 'binary'), 'latin1');
  return tagBytes.toString('base64url');
}
