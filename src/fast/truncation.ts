const maxDigits = 11;
/** Powers of ten: V8 does not inline `10 ** digits`. */
const moduli = Array.from({ length: maxDigits + 1 }, (_, digits) => 10 ** digits);

/**
 * U64BE(bytes[0..8)) mod 10^digits, reducing the upper 48 bits, then the lower 16: up to eleven digits both steps are
 * exact in a double. 0.04 µs, against 0.13 µs with BigInt.
 *
 * @param bytes a binary string of at least 8 bytes
 * @param digits at most 11
 */
export function truncateToNumber(bytes: string, digits: number): number {
  const modulus = moduli[digits] as number;
  let high = 0;
  for (let i = 0; i < 6; i++) high = high * 0x100 + bytes.charCodeAt(i);
  const low = bytes.charCodeAt(6) * 0x100 + bytes.charCodeAt(7);
  return ((high % modulus) * 0x10000 + low) % modulus;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Letters of 16 bytes in base64url. Reused, since the calls are synchronous. */
const codes = new Array<number>(22).fill(0);

/**
 * Truncates a base64url digest to 16 bytes: 21 letters hold 126 bits, and the upper two bits of the next letter complete
 * them. 0.09 µs, against 0.25 µs by decoding. A slice of the digest would take 0.02 µs, but stores keep the result, and a
 * slice keeps the digest: an identity in the memory store would take 175 bytes more.
 */
export function truncateTo16Bytes(digest: string): string {
  for (let i = 0; i < 21; i++) codes[i] = digest.charCodeAt(i);
  codes[21] = letters.charCodeAt(letters.indexOf(digest.charAt(21)) & 0b110000);
  return String.fromCharCode(...codes);
}
