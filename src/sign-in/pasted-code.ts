import { dropSeparators, foldText } from '../core/folding.js';

/**
 * The digits of a code in what was typed, pasted or filled in: alone, grouped as people group them, or in the whole
 * message that brought them. `spec/vectors/pasted-codes-v1.json` has examples.
 *
 * @param length of the code, in digits
 * @returns digits, possibly too few while they are being typed; `null` where no code is certain
 */
export function parsePastedCode(text: string, length: number): string | null {
  // Full-width punctuation ends a number; folded to ASCII it would not.
  const folded = foldText(text.replace(/[\uff0c\uff0e\uff0f\uff1a]/g, '; ')).replace(/\t/g, ' ');
  const digits = dropSeparators(folded);
  const isAlone = !/\D/.test(digits);
  if (isAlone && digits.length <= length) return digits;
  return findBoundCode(folded, length) ?? (isAlone ? digits : null);
}

/** The last line of an SMS that is bound to an origin, such as `@example.com #482931`, names its code. */
function findBoundCode(text: string, length: number): string | null {
  const bound = [...text.matchAll(/@[\p{L}\d.:-]+ #(\d{4,})/gu)].map(([, code = '']) => code);
  return bound.length > 0 ? takeOnly(bound.filter((code) => code.length === length)) : findCode(text, length);
}

/** What may be between the digits of one number, or of an amount. */
const numbers = /\d+(?:[ .,:/\u066b\u066c-]\d+)*/g;
/** The area code of a phone number, or the zero dialled within a country. */
const areaCodes = /\((0|\d{2,5})\)[ -]?(?=\d{3})/g;
/** Messages often leave out the scheme. */
const links = /[a-z]{1,20}:\/\/\S+|(^|[^\w.-])[a-z][\w.-]*\.[a-z]{2,}[/?]\S*/gi;
/** Times, and dates of three numbers. */
const times =
  /(^|[^\d.:/-])(?:\d{1,2}:\d\d(?::\d\d)?|(?:\d{4}|\d\d?)([./-])\d\d?\2(?:\d{4}|\d\d))(?![.:/-]?\d)/g;
/** Currencies without a sign of their own, by their codes and short names. */
const currencies =
  'AUD|BRL|CAD|CHF|CNY|DKK|EUR|GBP|INR|JPY|KRW|NOK|PLN|RUB|SEK|UAH|USD|VND|R[Ssp]|[Kk]r|z\u0142|K\u010d|\u0440\u0443\u0431\\p{L}*|\u0433\u0440\u043d';
const moneyBefore = new RegExp(`(?:^|\\P{L})(?:${currencies})[.:]? ?$`, 'u');
const moneyAfter = new RegExp(`^(?: ?(?:${currencies})(?!\\p{L})| ?[\u5143\u5186\uc6d0])`, 'u');

function findCode(text: string, length: number): string | null {
  const certain: string[] = [];
  const likely: string[] = [];
  const plain = text.replace(links, '$1 ').replace(areaCodes, '$1/').replace(times, '$1; ');
  for (const { 0: number, index } of plain.matchAll(numbers)) {
    const before = plain.slice(Math.max(0, index - 12), index);
    const after = plain.slice(index + number.length, index + number.length + 12);
    const code = joinGroups(number);
    // Part of a word, an address, a phone number or a masked one, or an amount of money.
    if (code?.length !== length || /[\p{Script=Latin}_+/@]$|\p{Sc} ?$/u.test(before)) continue;
    if (/[*\u2022]{2}$/.test(before) && !after.startsWith('*')) continue;
    if (/^[_%/@]|^ ?\p{Sc}/u.test(after) || moneyBefore.test(before) || moneyAfter.test(after)) continue;
    // A field of one line may drop line ends, so that a word follows at once.
    (/^\p{Script=Latin}/u.test(after) ? likely : certain).push(code);
  }
  return takeOnly(certain.length > 0 ? certain : likely);
}

/** A code in one piece or in groups as codes are written: not as phone numbers and dates are. */
function joinGroups(number: string): string | null {
  const [separator, ...others] = new Set(number.match(/\D+/g));
  if (separator === undefined) return number;
  const groups = number.split(separator);
  const sizes = groups.map(({ length }) => length);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const isEven = most === least || (groups.length === 2 && most - least === 1);
  const isGrouped =
    separator === ' ' ? least !== 2 || groups.length < 5 : separator === '-' && (least > 2 || most === 1);
  return others.length === 0 && isEven && isGrouped ? groups.join('') : null;
}

/** The code, unless there are several: wrong digits are worse than none. */
function takeOnly(codes: string[]): string | null {
  const [code = null, ...others] = new Set(codes);
  return others.length === 0 ? code : null;
}
