// Generated from src/sign-in/pasted-base32.ts by scripts/sdk-copies.ts.

import { dropSeparators, foldBase32, foldText } from './folding.js';

/**
 * A code in base32, as `readPastedCode` finds one in digits: alone, or in groups of four in the whole message that brought
 * it. `spec/vectors/base32-codes-v1.json` has examples.
 *
 * @param length of the code, without dashes
 * @returns letters and digits, possibly too few while they are being typed; `null` where no code is certain
 */
export function readPastedBase32(text: string, length: number): string | null {
  const folded = foldBase32(foldText(text));
  const alone = dropSeparators(folded);
  if (alone.length <= length && !/[^0-9A-HJKMNP-TV-Z]/.test(alone)) return alone;
  const bound = [...folded.matchAll(/@[\p{L}\d.:-]+ #([0-9A-Z]+)/gu)].map(([, code = '']) => code);
  const grouped = [...folded.matchAll(/(?:^|[^\p{L}\d-])([0-9A-Z]{4}(?:-[0-9A-Z]{4})+)(?![\p{L}\d-])/gu)];
  const found = bound.length > 0 ? bound : grouped.map(([, code = '']) => code.replace(/-/g, ''));
  const isCode = (one: string) => one.length === length && !one.includes('U');
  const [code = null, ...others] = new Set(found.filter(isCode));
  return others.length === 0 ? code : null;
}
