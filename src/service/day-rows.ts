import type { Derivation, Sender } from '../core/derivation.js';
import type { Identity } from '../core/identity.js';
import {
  addressLadder,
  createCountryLadder,
  defaultCountryFloor,
  freeCountries,
  prefixLadder,
  siteLadder,
} from '../core/ladder.js';
import type { PhoneCountries } from '../core/phone-countries.js';
import { findPlace } from '../core/phone-place.js';
import type { SpendPlace, SpendRow } from '../count-verbs.js';
import { remember } from '../fast/recent.js';
import type { Side } from '../store-verbs.js';

/** Few installations have more than one floor. */
const maxFloors = 256;

/** The rows that a send to a phone counts against. */
export function createDayRows(derivation: Derivation, phoneCountries: PhoneCountries) {
  const ladders = remember(maxFloors, createCountryLadder);

  function listPhoneRows(
    { identity, side }: { identity: Identity; side: Side },
    network: string | undefined,
  ) {
    const place = findPlace(identity.value);
    const tags = derivation.derivePhoneTags(identity.value, place.country ?? '', side);
    const ladder = ladders(phoneCountries.floorOf(place) ?? defaultCountryFloor);
    const rows: SpendRow[] = [
      { limit: 'phone_prefix', key: tags.prefix, ladder: prefixLadder, network },
      { limit: 'phone_country', key: 'all', ladder, network, isGrowing: true },
    ];
    return { slot: tags.country, rows };
  }

  /** Countries are counted over both sides together. */
  function toPlace({ kind, value }: Identity, address: string): SpendPlace | undefined {
    if (kind !== 'phone') return undefined;
    const { country } = derivation.derivePhoneTags(value, findPlace(value).country ?? '', 'unknown');
    const { periodSeconds } = addressLadder;
    return { limit: 'phone_country', key: address, place: country, max: freeCountries, periodSeconds };
  }

  return { listPhoneRows, toPlace };
}

/** The rows that a send from an address counts against. */
export function toAddressRows({ address, site }: Pick<Sender, 'address' | 'site'>) {
  const own: SpendRow = { limit: 'request_ip_day', key: address, ladder: addressLadder };
  if (site === undefined) return { slot: address, rows: [own] };
  return {
    slot: site,
    rows: [{ limit: 'request_ip_day', key: 'site', ladder: siteLadder } as SpendRow, own],
  };
}
