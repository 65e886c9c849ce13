import { listCountries } from './countries.js';

/** What people write who do not know the ISO code. */
const mistaken: Record<string, string> = {
  USA: 'US',
  UAE: 'AE',
  UK: 'GB',
  GBR: 'GB',
  EN: 'GB',
  EL: 'GR',
  AUT: 'AT',
  CHE: 'CH',
  SUI: 'CH',
  DNK: 'DK',
  PRT: 'PT',
  TUR: 'TR',
  CHN: 'CN',
};

/** `; did you mean DE?` for `de`, `DEU`, `Germany` or `+49`; nothing where no country is similar. */
export function suggestCountry(text: string): string {
  const typed = text.trim();
  const country = mistaken[typed.toUpperCase()] ?? findByCode(typed) ?? findByName(typed) ?? findNear(typed);
  return country === undefined ? '' : `; did you mean ${country}?`;
}

function findByCode(typed: string): string | undefined {
  const [code, callingCode] = [typed.toUpperCase(), typed.replace(/^(?:\+|00)/, '')];
  return listCountries().find((one) => one.country === code || one.callingCode === callingCode)?.country;
}

/**
 * Finds a country by the beginning of its name, in English or its own language. The first three letters are usually its
 * alpha-3 code.
 */
function findByName(typed: string): string | undefined {
  if (typed.length < 3) return undefined;
  const start = simplify(typed);
  const nameIn = (language: string, country: string) =>
    simplify(new Intl.DisplayNames([language], { type: 'region' }).of(country) ?? '');
  const languageOf = (country: string) => new Intl.Locale(`und-${country}`).maximize().language;
  const countries = listCountries().map(({ country }) => country);
  return (
    countries.find((country) => nameIn('en', country).startsWith(start)) ??
    countries.find((country) => nameIn(languageOf(country), country).startsWith(start))
  );
}

/** Finds a code with the two letters swapped, or else with the same first or second letter. */
function findNear(typed: string): string | undefined {
  const [first, second] = typed.toUpperCase();
  const countries = listCountries().map(({ country }) => country);
  if (typed.length !== 2) return undefined;
  return (
    countries.find((country) => country === `${second}${first}`) ??
    countries.find((country) => country[0] === first) ??
    countries.find((country) => country[1] === second)
  );
}

function simplify(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}
