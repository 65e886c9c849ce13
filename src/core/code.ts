import { timingSafeEqual } from 'node:crypto';
import { foldText } from './folding.js';
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
  beginCode(mac, input);
  return String(finishNumber(mac, input.window, input.digits)).padStart(input.digits, '0');
}

/**
 * In which of these windows this is the code, or `null`; of several the last. Every window is derived and compared each time,
 * so a right code and a wrong one take equally long.
 */
export function findWindow(
  mac: Mac,
  input: CodeInput,
  windows: readonly number[],
  code: string,
): number | null {
  beginCode(mac, input);
  const { end } = mac;
  typedNumber[0] = Number(code);
  let found: number | null = null;
  for (let i = 0; i < windows.length; i++) {
    const window = windows[i] as number;
    mac.goBack(end);
    derivedNumber[0] = finishNumber(mac, window, input.digits);
    if (timingSafeEqual(derivedNumber, typedNumber)) found = window;
  }
  return code.length === input.digits && /^[0-9]+$/.test(code) ? found : null;
}

/** As numbers, codes of one length are compared without writing them out. */
const [derivedNumber, typedNumber] = [new Float64Array(1), new Float64Array(1)];

/** The keyed name of a subject in the store: 16 bytes as 22 characters of base64url, no identity in it. */
export function deriveTag(mac: Mac, subject: Subject): string {
  beginSubject(mac, subject);
  return finishTag(mac);
}

/** The keyed name of a network address in the store. */
export function deriveAddressTag(mac: Mac, address: string): string {
  mac.begin();
  mac.addPart(address);
  return finishTag(mac);
}

/**
 * Reads a code as a person types or pastes it: white space, dashes and format characters are dropped, and what is left
 * must be 4 to 10 decimal digits, of any script.
 *
 * @returns the digits, or `null` when it cannot be a code
 */
export function parseCode(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > 64) return null;
  const digits = foldText(input).replace(/[\t-\r \u2028\u2029-]/g, '');
  return /^[0-9]{4,10}$/.test(digits) ? digits : null;
}

/** Compares two codes in time that depends on their lengths alone; the length of a code is public. */
export function equalCodes(a: string, b: string): boolean {
  return (
    a.length === b.length &&
    a.length <= maxDigits &&
    timingSafeEqual(writeDigits(left, a), writeDigits(right, b))
  );
}

/** Making two arrays for each comparison would cost more than all else of it. */
const [left, right] = [new Uint16Array(maxDigits), new Uint16Array(maxDigits)];

function writeDigits(characters: Uint16Array, code: string): Uint16Array {
  for (let i = 0; i < maxDigits; i++) characters[i] = code.charCodeAt(i);
  return characters;
}

function beginCode(mac: Mac, input: CodeInput): void {
  beginSubject(mac, input);
  mac.addPart(input.challenge);
}

function finishNumber(mac: Mac, window: number, digits: number): number {
  mac.addUint32(Math.floor(window / 2 ** 32));
  mac.addUint32(window);
  return reduceFirst64Bits(mac.finish('binary'), moduli[digits] ?? 10 ** digits);
}

function beginSubject(mac: Mac, { namespace, purpose, identity }: Subject): void {
  mac.begin();
  mac.addPart(namespace);
  mac.addPart(purpose);
  mac.addPart(identity);
}

/** 10 ** digits by digits: computing it each time would be a call out of compiled code. */
const moduli = Array.from({ length: maxDigits + 1 }, (_, digits) => 10 ** digits);

/** U64BE(bytes[0..8)) mod `modulus`, first 48 bits, then 16: with a modulus up to 10^10 both steps are exact. */
function reduceFirst64Bits(bytes: string, modulus: number): number {
  const high = readUint24(bytes, 0) * 0x1000000 + readUint24(bytes, 3);
  const low = bytes.charCodeAt(6) * 0x100 + bytes.charCodeAt(7);
  return ((high % modulus) * 0x10000 + low) % modulus;
}

function readUint24(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) << 16) | (bytes.charCodeAt(at + 1) << 8) | bytes.charCodeAt(at + 2);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The first 16 bytes as base64url: 21 letters hold 126 bits, and of the next one only the upper two bits are theirs. */
function finishTag(mac: Mac): string {
  const text = mac.finish('base64url');
  return text.slice(0, 21) + letters.charAt(letters.indexOf(text.charAt(21)) & 0b110000);
}
