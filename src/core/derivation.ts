import { readNetwork, readSite } from './address.js';
import { deriveAddressTag, deriveCode, deriveTag } from './code.js';
import { findCodeKey, type Keys } from './keys.js';

/** What a code was made from, as a store remembers it. */
export interface DerivedFrom {
  /** 16 bytes as base64url. */
  challenge: string;
  keyId: string;
  window: number;
  digits: number;
}

/** All that one installation derives: the names in its store, and its codes. */
export interface Derivation {
  /** The keys whose codes can be derived; the first makes new codes. */
  keyIds: readonly [current: string, ...previous: string[]];
  /** The names of an identity, and of it for one purpose. */
  nameIdentity(identity: string, purpose: string): { identityTag: string; recordTag: string };
  /** The name of the network that this address stands for, under one limit. */
  nameAddress(limit: string, address: string): string;
  /** The name of the /48 around that network; undefined when it is not IPv6. */
  nameSite(limit: string, address: string): string | undefined;
  /** The code again, or `null` when its key has been retired. */
  recoverCode(identity: string, purpose: string, from: DerivedFrom): string | null;
}

interface AddressTags {
  network: string;
  site: string | undefined;
}

/** A few addresses, those of proxies and busy networks, come again and again: their tags are kept. */
const maxAddressTags = 1000;
const maxAddressLength = 80;

/** Used for each challenge in turn: making a buffer costs as much as a hash. */
const challengeBytes = Buffer.alloc(16);

export function createDerivation(keys: Keys, namespace: string): Derivation {
  const tag = (identity: string, purpose: string) =>
    deriveTag(keys.identity, { namespace, purpose, identity });
  const addressTags = new Map<string, AddressTags>();
  function nameNetworks(limit: string, address: string): AddressTags {
    const name = `${limit} ${address}`;
    const known = addressTags.get(name);
    if (known !== undefined) return known;
    const network = readNetwork(address);
    const site = readSite(network);
    const derive = (text: string) => deriveAddressTag(keys.address, `${limit} ${text}`);
    const tags = { network: derive(network), site: site && derive(site) };
    if (addressTags.size >= maxAddressTags) addressTags.clear();
    if (name.length <= maxAddressLength) addressTags.set(name, tags);
    return tags;
  }
  return {
    keyIds: keys.previous ? [keys.current.id, keys.previous.id] : [keys.current.id],
    // The limits hang on the empty purpose: naming another purpose buys no other budget.
    nameIdentity: (identity, purpose) => ({
      identityTag: tag(identity, ''),
      recordTag: tag(identity, purpose),
    }),
    nameAddress: (limit, address) => nameNetworks(limit, address).network,
    nameSite: (limit, address) => (address.includes(':') ? nameNetworks(limit, address).site : undefined),
    recoverCode(identity, purpose, { challenge, keyId, window, digits }) {
      const codeKey = findCodeKey(keys, keyId);
      if (!codeKey) return null;
      const length = challengeBytes.write(challenge, 'base64url');
      const bytes = length === challengeBytes.length ? challengeBytes : challengeBytes.subarray(0, length);
      return deriveCode(codeKey.mac, { namespace, purpose, identity, challenge: bytes, window, digits });
    },
  };
}
