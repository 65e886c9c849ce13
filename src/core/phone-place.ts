import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { remember } from '../fast/recent.js';
import { listCountries } from './countries.js';
import type { Channel } from './policy.js';

/** What a number is by its numbering plan; `either` is a fixed line or a mobile phone. */
const kindOf = {
  MOBILE: 'mobile',
  FIXED_LINE_OR_MOBILE: 'either',
  FIXED_LINE: 'fixed',
  VOIP: 'voip',
  PREMIUM_RATE: 'premium_rate',
  SHARED_COST: 'shared_cost',
  TOLL_FREE: 'toll_free',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  UAN: 'uan',
  VOICEMAIL: 'voicemail',
} as const;

/** `international`: of no country, as satellites, international networks, universal free and premium numbers. */
export type PhoneKind = (typeof kindOf)[keyof typeof kindOf] | 'international';

export interface PhonePlace {
  /** ISO 3166-1 alpha-2; undefined only for `international`. */
  country: string | undefined;
  /**
   * Every country whose plan has the number, `country` first: some territories share ranges with their neighbour, such as
   * the Isle of Man with Great Britain.
   */
  countries: readonly string[];
  kind: PhoneKind;
}

const northAmerica = '1';

/**
 * Area codes of +1 that belong to no place, for numbers that the metadata does not know: 8YY and 88X (toll free), 900, and
 * those of personal numbers.
 */
const nonGeographic: readonly [PhoneKind, RegExp][] = [
  ['toll_free', /^8(?:8[0-9]|(\d)\1)/],
  ['premium_rate', /^900/],
  ['personal', /^5(?:00|2[1-9]|33|44|66|77|88)/],
];

/** Filled for the first number: that reads the metadata of all countries. */
const territoriesOf = new Map<string, CountryCode[]>();

function listTerritories(callingCode: string): CountryCode[] {
  if (territoriesOf.size === 0) {
    for (const { country, callingCode } of listCountries()) {
      territoriesOf.set(callingCode, [...(territoriesOf.get(callingCode) ?? []), country]);
    }
  }
  return territoriesOf.get(callingCode) ?? [];
}

/** Asked several times for each call: who may be sent to, what counts, and what is measured. */
const maxPlaces = 2000;

/** Where a canonical phone number (E.164) is, and what it is. */
export const findPlace = remember(maxPlaces, lookUpPlace);

function lookUpPlace(number: string): PhonePlace {
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  const type = parsed?.getType();
  const known = type === undefined ? undefined : kindOf[type];
  if (parsed?.countryCallingCode === northAmerica) {
    const country = parsed.country ?? 'US';
    const kind = known ?? findNorthAmericanKind(parsed.nationalNumber);
    return { country, countries: [country], kind };
  }
  const country = parsed?.country;
  if (parsed === undefined || country === undefined) {
    return { country: undefined, countries: [], kind: 'international' };
  }
  const others = listTerritories(parsed.countryCallingCode).filter((other) => {
    parsed.country = other;
    return other !== country && parsed.isValid();
  });
  return { country, countries: [country, ...others], kind: known ?? 'either' };
}

function findNorthAmericanKind(nationalNumber: string): PhoneKind {
  return nonGeographic.find(([, codes]) => codes.test(nationalNumber))?.[0] ?? 'either';
}

/** Numbers that cost the caller, forward to somewhere else, or belong to no person. */
const neverSentTo: ReadonlySet<PhoneKind> = new Set<PhoneKind>([
  'premium_rate',
  'shared_cost',
  'toll_free',
  'personal',
  'pager',
  'uan',
  'voicemail',
  'international',
]);

/** Whether a channel may be used for a kind of number: a fixed line shows no SMS, but can be called. */
export function mayReach(kind: PhoneKind, channel: Channel): boolean {
  return !neverSentTo.has(kind) && !(kind === 'fixed' && channel === 'sms');
}
