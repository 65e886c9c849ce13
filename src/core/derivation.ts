import { remember } from '../fast/recent.js';
import { cachedAddresses, maskAddress, toNetwork, toSite } from './address.js';
import type { CodeAlphabet } from './base32-code.js';
import { toBudgetIdentity } from './budget-identity.js';
import { deriveAddressTag, deriveCode, deriveTag } from './code.js';
import type { Identity } from './identity.js';
import { findCodeKey, type Keys } from './keys.js';
import { findNeighbourhood } from './neighbours.js';
import { isPersonsAddress } from './person-address.js';
import { openChallenge, type SealedRecord, sealChallenge } from './sealed-challenge.js';

/** The inputs of a code that a store remembers. */
export interface DerivedFrom {
  /** 16 bytes as base64url. */
  challenge: string;
  keyId: string;
  window: number;
  digits: number;
  /** Default: digits. */
  alphabet?: CodeAlphabet | undefined;
}

/** The person that a store keeps something about. */
export interface OwnerTags {
  /** Tag of exactly this identity, across all purposes: names its sign-outs. */
  identityTag: string;
  /** Tag of its budget identity: key of all that is kept about it and its aliases, which share limits and guess counts. */
  budgetTag: string;
}

/** The caller that requests are counted against. */
export interface Sender {
  /** Of an IPv4 address, or of the /64 of an IPv6 address. */
  address: string;
  /** Of the /48 around it; IPv4 has none. */
  site: string | undefined;
  /** Of the IPv4 /24 or IPv6 /48; undefined when the address tells no person from another. */
  network: string | undefined;
}

/** Where a phone number belongs. */
export interface PhoneTags {
  country: string;
  /** The numbers that differ in the last four digits. */
  prefix: string;
}

/** All of them, on both sides. */
const maxCountries = 1024;
/** Callers compare networks with few others, and a send keeps one for a day. */
const networkTagLength = 11;
/** The empty purpose, which no request has: another purpose must not bring another budget. */
const acrossPurposes = '';

export type Derivation = ReturnType<typeof createDerivation>;

/** Derives the codes of one installation, and the tags that name things in its store. */
export function createDerivation(keys: Keys, namespace: string) {
  const deriveNetworkTags = (limit: string, address: string) => {
    const network = toNetwork(address);
    const site = toSite(network);
    return {
      network: deriveAddressTag(keys.address, `${limit} ${network}`),
      site: site && deriveAddressTag(keys.address, `${limit} ${site}`),
    };
  };
  // Many callers share one, so it is derived once, and their sends hold the same string.
  const deriveWideTag = remember(cachedAddresses, (network: string) =>
    deriveAddressTag(keys.address, `request_network ${network}`).slice(0, networkTagLength),
  );
  const deriveSender = remember(cachedAddresses, (address: string): Sender => {
    const { network, site } = deriveNetworkTags('request_ip', address);
    const wide = isPersonsAddress(address) ? deriveWideTag(maskAddress(address)) : undefined;
    return { address: network, site, network: wide };
  });
  const deriveCountry = remember(maxCountries, (label: string) => deriveAddressTag(keys.address, label));
  const deriveRecordTag = (identity: string, purpose: string) =>
    deriveTag(keys.identity, { namespace, purpose, identity });
  /** Keys whose codes can be derived; the first one makes new codes. */
  const keyIds: readonly [current: string, ...previous: string[]] = keys.previous
    ? [keys.current.id, keys.previous.id]
    : [keys.current.id];
  const findChallengeMac = (keyId: string) => findCodeKey(keys, keyId)?.challenge ?? null;
  return {
    keyIds,
    deriveIdentityTag: (identity: string) => deriveRecordTag(identity, acrossPurposes),
    deriveOwnerTags(identity: Identity): OwnerTags {
      const identityTag = deriveRecordTag(identity.value, acrossPurposes);
      const budgetIdentity = toBudgetIdentity(identity);
      const isOwn = budgetIdentity === identity.value;
      return {
        identityTag,
        budgetTag: isOwn ? identityTag : deriveRecordTag(budgetIdentity, acrossPurposes),
      };
    },
    /** Tag of an identity for one purpose. */
    deriveRecordTag,
    /** Tags of the network of this address and of the /48 around it, under one limit; IPv4 has no `site`. */
    deriveNetworkTags,
    /** Tags of the caller with this address, for the limits on requests. */
    deriveSender,
    /** Tags of a phone number's prefix and country, for the limits on requests. */
    derivePhoneTags: (number: string, country: string, side: 'unknown' | 'known'): PhoneTags => ({
      country: deriveCountry(`phone_country ${side} ${country}`),
      prefix: deriveAddressTag(keys.address, `phone_prefix ${side} ${findNeighbourhood(number)}`),
    }),
    /** The challenge that carries this record, for exactly this subject. */
    sealChallenge: (identity: string, purpose: string, record: SealedRecord) =>
      sealChallenge(findChallengeMac, { namespace, purpose, identity }, record),
    /** What it carries; null for one that was made for anyone or anything else, or by anyone else. */
    openChallenge: (identity: string, purpose: string, challenge: string) =>
      openChallenge(findChallengeMac, { namespace, purpose, identity }, challenge),
    /**
     * Derives the code again.
     *
     * @throws RangeError for a key that is not among `keyIds`
     */
    recoverCode(identity: string, purpose: string, from: DerivedFrom): string {
      const { challenge, keyId, window, digits, alphabet } = from;
      const codeKey = findCodeKey(keys, keyId);
      if (!codeKey) throw new RangeError('The code was derived from a key that is not known');
      const bytes = Buffer.from(challenge, 'base64url');
      return deriveCode(codeKey.mac, {
        namespace,
        purpose,
        identity,
        challenge: bytes,
        window,
        digits,
        alphabet,
      });
    },
  };
}
