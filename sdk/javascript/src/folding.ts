// Generated from src/core/folding.ts by scripts/sdk-copies.ts.

import { dropped, fullWidth, hyphens, spaces, zeros } from './folding-table.js';

const nonAscii = /[^\0-\x7f]/;
const outerBlanks = /^[ \t]+|[ \t]+$/g;

/** ASCII twins of the characters that people paste instead. */
const folded = new Map<string, string>();
addRanges(dropped, () => '');
addRanges(spaces, () => ' ');
addRanges(hyphens, () => '-');
addRanges(zeros, String, 10);
addRanges(fullWidth, (index) => String.fromCharCode(0x21 + index));

/**
 * Folds pasted text to the ASCII it stands for: drops format characters; maps spaces, dashes, decimal digits and
 * full-width forms to their ASCII twins; keeps everything else. Idempotent.
 */
export function foldText(text: string): string {
  return nonAscii.test(text)
    ? text.replace(/[^\0-\x7f]/gu, (character) => folded.get(character) ?? character)
    : text;
}

/** Codes are typed in groups: drops what may be between them from folded text. */
export function dropSeparators(text: string): string {
  return text.replace(/[\t-\r \u2028\u2029-]/g, '');
}

/**
 * Crockford's base32 as people write it: in either case, O for 0, I and L for 1. ASCII letters only: `toUpperCase` would take a
 * dotless i for one.
 */
export function foldBase32(text: string): string {
  return text
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
}

/**
 * Folds and trims the text of an identity. The domain of an e-mail address is left to UTS 46, since folding could turn it
 * into a different name. Idempotent.
 */
export function foldIdentity(text: string): string {
  if (!nonAscii.test(text)) return text.replace(outerBlanks, '');
  const at = text.search(/[@\uff20]/);
  if (at < 0) return foldText(text).replace(outerBlanks, '');
  return `${foldText(text.slice(0, at)).replace(/^[ \t]+/, '')}@${trimEnd(text.slice(at + 1))}`;
}

/** Trims the end of a domain, but keeps a joiner after a non-ASCII letter, which may be part of the name. */
function trimEnd(domain: string): string {
  const characters = Array.from(domain);
  let end = characters.length;
  while (end > 0 && isAround(characters[end - 1])) end--;
  const isPlain = end === 0 || !nonAscii.test(characters[end - 1] as string);
  while (!isPlain && /^[\u200c\u200d]$/.test(characters[end] ?? '')) end++;
  return characters.slice(0, end).join('');
}

function isAround(character = ''): boolean {
  return /^[ \t]?$/.test(folded.get(character) ?? character);
}

function addRanges(ranges: string, fold: (index: number) => string, length = 1): void {
  for (const range of ranges.split(' ')) {
    const [first = 0, last = first + length - 1] = range
      .split('-')
      .map((point) => Number.parseInt(point, 16));
    for (let point = first; point <= last; point++)
      folded.set(String.fromCodePoint(point), fold(point - first));
  }
}
