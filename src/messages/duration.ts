import { remember } from '../fast/recent.js';
import type { Locale } from './catalogue.js';

type Unit = 'minute' | 'second';

interface Formats {
  relative: Intl.RelativeTimeFormat;
  minute: Intl.NumberFormat;
  second: Intl.NumberFormat;
}

/** Enough for every language. */
const maxLocales = 100;

/** Words such as "in 5 minutes", in the grammar of the language: `za 1 minutę`, not `za 1 minuta`. */
export function formatExpiry(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  return tidy(findFormats(locale).relative.format(value, unit));
}

/** Words such as "5 minutes". */
export function formatDuration(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  return tidy(findFormats(locale)[unit].format(value));
}

/** A code never lives shorter than its message says. */
function roundDown(seconds: number): { value: number; unit: Unit } {
  return seconds >= 60
    ? { value: Math.floor(seconds / 60), unit: 'minute' }
    : { value: Math.max(0, Math.floor(seconds)), unit: 'second' };
}

/** What differs from one version of ICU to the next, costs an SMS its alphabet, or reads badly in a sentence. */
function tidy(text: string): string {
  return text
    .replace(/[\u00A0\u202F]/g, ' ')
    .replace(/(\d) (?=\p{Script=Han})/gu, '$1')
    .replace(/ \(1\)$/, '');
}

/** Made once: making them costs far more than using them. */
const findFormats = remember(maxLocales, (locale: Locale): Formats => {
  // The code has these digits too, whatever the language.
  const tag = `${locale}-u-nu-latn`;
  const count = (unit: Unit) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
  return { relative, minute: count('minute'), second: count('second') };
});
