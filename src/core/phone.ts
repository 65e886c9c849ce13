import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

const maxPhoneLength = 40;
const phoneText = /^[+(]?[0-9][0-9 ().\-/]*$/;
export const e164 = /^\+[1-9][0-9]{1,14}$/; // ITU-T E.164 §6

/** The shape alone: new area codes open faster than metadata is published. */
const northAmerican = /^\+1[2-9][0-9]{2}[2-9][0-9]{6}$/;
/** Until 2019 Mexican mobile numbers had the prefix 1 from abroad, and 01, 044 or 045 within Mexico. */
const oldMexican = /^\+52(?:1|01|04[45])([0-9]{10})$/;

/**
 * Parses a phone number to E.164; `null` when it is invalid. Digits that form a valid number both with the default
 * country's calling code prepended and as they are, starting with that code, are `ambiguous`: one of the two is someone
 * else's.
 */
export function parsePhone(text: string, defaultCountry: string | undefined): string | 'ambiguous' | null {
  if (text.length > maxPhoneLength || !phoneText.test(text)) return null;
  if (defaultCountry === undefined || !isSupportedCountry(defaultCountry)) return parseNumber(text);
  const number = parseNumber(text, defaultCountry);
  const digits = text.replace(/[^0-9]/g, '');
  if (text.startsWith('+') || !digits.startsWith(getCountryCallingCode(defaultCountry))) return number;
  const international = parseNumber(`+${digits}`);
  if (number === null || international === null) return number ?? international;
  return number === international ? number : 'ambiguous';
}

function parseNumber(text: string, defaultCountry?: CountryCode): string | null {
  const parsed = parsePhoneNumberFromString(text, {
    ...(defaultCountry === undefined ? {} : { defaultCountry }),
    extract: false,
  });
  if (!parsed || parsed.ext) return null;
  const [, mexican] = oldMexican.exec(parsed.number) ?? [];
  if (mexican !== undefined) return parseNumber(`+52${mexican}`);
  // The metadata accepts a few numbers that are longer than E.164 allows.
  return isValid(parsed) && e164.test(parsed.number) ? parsed.number : null;
}

function isValid(parsed: PhoneNumber): boolean {
  return parsed.countryCallingCode === '1' ? northAmerican.test(parsed.number) : parsed.isValid();
}
