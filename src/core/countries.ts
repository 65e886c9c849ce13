import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

export interface Country {
  /** ISO 3166-1 alpha-2 */
  country: string;
  callingCode: string;
}

/** Every country that has a numbering plan. */
export function listCountries(): Country[] {
  return getCountries().map((country) => ({ country, callingCode: getCountryCallingCode(country) }));
}
