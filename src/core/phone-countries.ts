import { isCountry } from './identity.js';
import type { PhonePlace } from './phone-place.js';
import { suggestCountry } from './suggest-country.js';

/** The countries whose numbers are sent codes. */
export type PhoneCountries = ReturnType<typeof parsePhoneCountries>;

const everywhere = '*';
const maxFloor = 1_000_000;

/**
 * Reads `['DE:5000', 'AT']`, `['*']` or `['*', '!XX']`.
 *
 * @throws RangeError that begins with `phoneCountries` and names every entry that is wrong
 */
export function parsePhoneCountries(entries: readonly string[]) {
  const hasAll = entries.includes(everywhere);
  const listed = new Map<string, number | undefined>();
  const excluded = new Set<string>();
  const wrong = new Set<string>();
  let stars = 0;
  for (const entry of entries) {
    if (entry === everywhere) {
      stars += 1;
      continue;
    }
    const [, not = '', country = '', floor] = /^(!?)([^!:]*?)(?::(.*))?$/.exec(entry) ?? [];
    if (!isCountry(country)) wrong.add(`${entry} is not a country${suggestCountry(country)}`);
    else if (not && floor !== undefined) wrong.add(`${entry}: a country that is left out has no floor`);
    else if (not && !hasAll) wrong.add(`${entry} leaves a country out of *, which is not there`);
    else if (listed.has(country) || excluded.has(country)) wrong.add(`${country} is there twice`);
    else if (not) excluded.add(country);
    else if (floor !== undefined && !isFloor(floor)) {
      wrong.add(`${entry}: the messages a day must be a whole number from 1 to ${maxFloor}`);
    } else listed.set(country, floor === undefined ? undefined : Number(floor));
  }
  if (stars > 1) wrong.add('* is there twice');
  if (wrong.size > 0) throw new RangeError(`phoneCountries: ${[...wrong].join('; ')}`);
  return {
    /** Whether a number there is sent codes. One of no country never is. */
    admits: ({ countries }: Pick<PhonePlace, 'countries'>) =>
      countries.length > 0 &&
      !countries.some((country) => excluded.has(country)) &&
      (hasAll || countries.some((country) => listed.has(country))),
    admitsCountry: (country: string) => !excluded.has(country) && (hasAll || listed.has(country)),
    /** Daily sends that the country always gets, as in `DE:5000`; undefined if not configured. */
    floorOf: ({ countries }: Pick<PhonePlace, 'countries'>) =>
      countries.map((country) => listed.get(country)).find((floor) => floor !== undefined),
  };
}

function isFloor(text: string): boolean {
  return /^[0-9]{1,7}$/.test(text) && Number(text) >= 1 && Number(text) <= maxFloor;
}
