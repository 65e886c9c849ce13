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

/** The plan of +1 itself: area codes are opened faster than metadata is published. */
const northAmerican = /^\+1[2-9][0-9]{2}[2-9][0-9]{6}$/;
/** Until 2019 a 1 stood before Mexican mobile numbers, and 01, 044 or 045 when called from Mexico. The rest is the number. */
const oldMexican = /^\+52(?:1|01|04[45])([0-9]{10})$/;

/**
 * A phone number in E.164, `null` for what is not a valid one, and `ambiguous` for digits that are a valid number both
 * after the code of the default country and when they begin with that code: one of the two is somebody else's.
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
  // The metadata knows a few valid numbers that are longer than E.164 allows.
  return isValid(parsed) && e164.test(parsed.number) ? parsed.number : null;
}

function isValid(parsed: PhoneNumber): boolean {
  return parsed.countryCallingCode === '1' ? northAmerican.test(parsed.number) : parsed.isValid();
}
