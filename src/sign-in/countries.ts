import { listCountries } from '../core/countries.js';
import { remember } from '../fast/recent.js';
import { cachedLocales, type Locale } from '../messages/catalogue.js';

/** Every country with its name and calling code, such as `Germany +49`, in the alphabetical order of the language. */
export const nameCountries = remember(cachedLocales, (locale: Locale) => {
  const names = new Intl.DisplayNames(locale, { type: 'region' });
  const { compare } = new Intl.Collator(locale);
  return listCountries()
    .map(({ country, callingCode }) => ({
      country,
      label: `${names.of(country) ?? country} +${callingCode}`,
    }))
    .sort((a, b) => compare(a.label, b.label));
});

/** The most likely country of a person with these languages: the first that is named, or the one of the page's language. */
export function guessCountry(acceptLanguage: string | null, locale: Locale): string | undefined {
  const [, named] =
    /^[a-z]{2,3}(?:[-_][a-z]{4})?[-_]([a-z]{2})(?![a-z0-9])/i.exec(acceptLanguage ?? '') ?? [];
  return named?.toUpperCase() ?? new Intl.Locale(locale).maximize().region;
}
