import type { Locale } from './catalogue.js';

type Unit = 'minute' | 'second';

const relative = new Map<Locale, Intl.RelativeTimeFormat>();
const plain = new Map<string, Intl.NumberFormat>();

/** Words such as "in 5 minutes", in the grammar of the language: `za 1 minutę`, not `za 1 minuta`. */
export function describeExpiry(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  const format = cached(
    relative,
    locale,
    () => new Intl.RelativeTimeFormat(useLatinDigits(locale), { numeric: 'always' }),
  );
  return tidy(format.format(value, unit));
}

/** Words such as "5 minutes". */
export function describeDuration(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  const format = cached(
    plain,
    `${locale} ${unit}`,
    () => new Intl.NumberFormat(useLatinDigits(locale), { style: 'unit', unit, unitDisplay: 'long' }),
  );
  return tidy(format.format(value));
}

/** A code never lives shorter than its message says. */
function roundDown(seconds: number): { value: number; unit: Unit } {
  return seconds >= 60
    ? { value: Math.floor(seconds / 60), unit: 'minute' }
    : { value: Math.max(0, Math.floor(seconds)), unit: 'second' };
}

/** The code has these digits too, whatever the language. */
function useLatinDigits(locale: Locale): string {
  return `${locale}-u-nu-latn`;
}

/** What differs from one version of ICU to the next, costs an SMS its alphabet, or reads badly in a sentence. */
function tidy(text: string): string {
  return text
    .replace(/[\u00A0\u202F]/g, ' ')
    .replace(/(\d) (?=\p{Script=Han})/gu, '$1')
    .replace(/ \(1\)$/, '');
}

function cached<Key, Format>(formats: Map<Key, Format>, key: Key, create: () => Format): Format {
  const known = formats.get(key);
  if (known) return known;
  const created = create();
  formats.set(key, created);
  return created;
}
