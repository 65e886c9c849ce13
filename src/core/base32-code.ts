import { dropSeparators, foldBase32, foldText } from './folding.js';

export type CodeAlphabet = 'digits' | 'base32';

/** Characters of a code in base32: 60 bits. */
export const base32Length = 12;
/** The longest and shortest text of a JSON body in which such a code is looked for: a blank between any two characters fits. */
export const base32TypedLength = { min: 4, max: 24 };

/** Crockford's base32, which leaves out I, L, O and U. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pattern = new RegExp(`^[${letters}]{${base32Length}}$`);
const bitsPerLetter = 5;

/**
 * The first 60 bits of a digest, five for each letter.
 *
 * @param digest a binary string of at least 8 bytes
 */
export function truncateToBase32(digest: string): string {
  let code = '';
  let held = 0;
  let bits = 0;
  for (let at = 0; code.length < base32Length; at++) {
    held = ((held & 0b11111) << 8) | digest.charCodeAt(at);
    bits += 8;
    while (bits >= bitsPerLetter && code.length < base32Length) {
      bits -= bitsPerLetter;
      code += letters.charAt((held >> bits) & 0b11111);
    }
  }
  return code;
}

/**
 * Parses such a code as people type or paste it: in either case, with spaces and dashes, O for 0, I and L for 1.
 *
 * @returns 12 letters of the alphabet, or `null` when it cannot be such a code
 */
export function parseBase32Code(input: unknown): string | null {
  if (typeof input !== 'string' || input.length > base32TypedLength.max) return null;
  const code = foldBase32(dropSeparators(foldText(input)));
  return pattern.test(code) ? code : null;
}

/** As it is shown to people: `ABCD-EFGH-JKMN`. */
export function groupBase32(code: string): string {
  return code.replace(/(?<=^.{4}|^.{8})/g, '-');
}
