import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

/** Every country that has a numbering plan, by its ISO 3166-1 alpha-2 code. */
export function listCountries() {
  return getCountries().map((country) => ({ country, callingCode: getCountryCallingCode(country) }));
}
