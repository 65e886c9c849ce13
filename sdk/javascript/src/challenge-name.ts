/**
 * People may type an address in other letters the second time, and a number with other separators. Only the service knows
 * the full rules, whose tables would not fit in 4 KB; the runtime's are good enough for a name that only this client uses. A
 * miss costs a new code.
 */
export function nameChallenge(identity: unknown, given: string | null | undefined): string {
  const purpose = given || '';
  const text = typeof identity === 'string' ? identity.normalize('NFKC').replace(unseen, '').trim() : '';
  const at = text.indexOf('@');
  if (at >= 0) return `${purpose} ${foldDigits(text.slice(0, at))}${text.slice(at)}`.toLowerCase();
  const plain = foldDigits(text);
  return `${purpose} ${plain.includes(':') ? plain : plain.replace(/[^+\d]/g, '')}`;
}

/** Format characters, except for joiners, which can be part of a domain. */
const unseen = /(?![\u200c\u200d])[\p{Cf}\p{Variation_Selector}]/gu;

/** In every script, decimal digits are runs of ten from 0 to 9. */
function foldDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    let zero = point;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((point - zero) % 10);
  });
}
