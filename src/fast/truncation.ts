const maxDigits = 11;
/** 10 ** digits, which V8 does not compute inline. */
const moduli = Array.from({ length: maxDigits + 1 }, (_, digits) => 10 ** digits);

/**
 * U64BE(bytes[0..8)) mod 10^digits. First the upper 48 bits, then the lower 16: up to eleven digits both steps are
 * exact in a double. BigInt takes 0.13 µs, this takes 0.04 µs.
 *
 * @param bytes at least 8, one character each
 * @param digits at most 11
 */
export function truncateToNumber(bytes: string, digits: number): number {
  const modulus = moduli[digits] as number;
  const high = getUint24(bytes, 0) * 0x1000000 + getUint24(bytes, 3);
  const low = bytes.charCodeAt(6) * 0x100 + bytes.charCodeAt(7);
  return ((high % modulus) * 0x10000 + low) % modulus;
}

function getUint24(bytes: string, at: number): number {
  return (bytes.charCodeAt(at) << 16) | (bytes.charCodeAt(at + 1) << 8) | bytes.charCodeAt(at + 2);
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * The first 16 bytes of a digest, both as base64url. 21 letters hold 126 bits, and of the next letter only the upper two bits
 * belong to them. By way of bytes it takes 0.25 µs, this takes 0.02 µs.
 */
export function truncateTo16Bytes(digest: string): string {
  return digest.slice(0, 21) + letters.charAt(letters.indexOf(digest.charAt(21)) & 0b110000);
}
