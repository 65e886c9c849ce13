import { remember } from '../fast/recent.js';
import { cachedLocales, type Locale } from './catalogue.js';

type Unit = 'hour' | 'minute' | 'second';

/** For example "in 5 minutes", in the right grammatical case: `za 1 minutę`, not `za 1 minuta`. */
export function formatExpiry(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  return tidy(findFormats(locale).relative.format(value, unit));
}

export function formatDuration(locale: Locale, seconds: number): string {
  const { value, unit } = roundDown(seconds);
  return tidy(findFormats(locale)[unit].format(value));
}

/** Down, so that no code expires earlier than its message says. */
function roundDown(seconds: number): { value: number; unit: Unit } {
  if (seconds >= 7200) return { value: Math.floor(seconds / 3600), unit: 'hour' };
  return seconds >= 60
    ? { value: Math.floor(seconds / 60), unit: 'minute' }
    : { value: Math.max(0, Math.floor(seconds)), unit: 'second' };
}

/** Removes what differs between versions of ICU, is not in the SMS alphabet, or reads badly in a sentence. */
function tidy(text: string): string {
  return text
    .replace(/[\u00A0\u202F]/g, ' ')
    .replace(/(\d) (?=\p{Script=Han})/gu, '$1')
    .replace(/ \(1\)$/, '');
}

/** Cached: constructing formatters costs far more than using them. */
const findFormats = remember(cachedLocales, (locale: Locale) => {
  // Latin digits, like the code itself.
  const tag = `${locale}-u-nu-latn`;
  const count = (unit: Unit) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always' });
  return { relative, hour: count('hour'), minute: count('minute'), second: count('second') };
});
