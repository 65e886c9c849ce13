import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

/** A country and what its numbers begin with after the `+`. */
export interface Country {
  /** ISO 3166-1 alpha-2 */
  country: string;
  callingCode: string;
}

/** Every country that has a numbering plan. */
export function listCountries(): Country[] {
  return getCountries().map((country) => ({ country, callingCode: getCountryCallingCode(country) }));
}
