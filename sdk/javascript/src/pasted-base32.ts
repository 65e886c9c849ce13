import { foldText } from './folding.js';

/**
 * A code in base32, as `readPastedCode` finds one in digits: alone, or in groups of four in the whole message that brought
 * it. `src/sign-in/pasted-base32.ts` of the service does the same; `spec/vectors/base32-codes-v1.json` holds both to it.
 *
 * @param length of the code, without dashes
 * @returns letters and digits, possibly too few while they are being typed; `null` where no code is certain
 */
export function readPastedBase32(text: string, length: number): string | null {
  const folded = foldText(text).replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const alone = unify(folded.replace(/[\s-]/g, ''));
  if (alone.length <= length && !/[^0-9A-HJKMNP-TV-Z]/.test(alone)) return alone;
  const bound = [...folded.matchAll(/@[\p{L}\d.:-]+ #([0-9A-Z]+)/gu)].map(([, code = '']) => code);
  const grouped = [...folded.matchAll(/(?:^|[^\p{L}\d-])([0-9A-Z]{4}(?:-[0-9A-Z]{4})+)(?![\p{L}\d-])/gu)];
  const found = (bound.length > 0 ? bound : grouped.map(([, code = '']) => code.replace(/-/g, ''))).map(
    unify,
  );
  const [code = null, ...others] = new Set(
    found.filter((one) => one.length === length && !one.includes('U')),
  );
  return others.length === 0 ? code : null;
}

/** Letters that are read as digits. */
function unify(text: string): string {
  return text.replace(/O/g, '0').replace(/[IL]/g, '1');
}
