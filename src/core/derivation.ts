import { remember } from '../fast/recent.js';
import { toNetwork, toSite } from './address.js';
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
  deriveTags(identity: string, purpose: string): { identityTag: string; recordTag: string };
  /** The name of the network that this address stands for, under one limit. */
  deriveNetworkTag(limit: string, address: string): string;
  /** The name of the /48 around that network; undefined when it is not IPv6. */
  deriveSiteTag(limit: string, address: string): string | undefined;
  /** The code again, or `null` when its key has been retired. */
  recoverCode(identity: string, purpose: string, from: DerivedFrom): string | null;
}

const maxLimits = 10;
/** A few addresses, those of proxies and busy networks, come again and again. */
const maxAddresses = 1000;

export function createDerivation(keys: Keys, namespace: string): Derivation {
  const tag = (identity: string, purpose: string) =>
    deriveTag(keys.identity, { namespace, purpose, identity });
  const networksUnder = remember(maxLimits, (limit: string) => {
    const derive = (text: string) => deriveAddressTag(keys.address, `${limit} ${text}`);
    return remember(maxAddresses, (address: string) => {
      const network = toNetwork(address);
      const site = toSite(network);
      return { network: derive(network), site: site && derive(site) };
    });
  });
  return {
    keyIds: keys.previous ? [keys.current.id, keys.previous.id] : [keys.current.id],
    // The limits hang on the empty purpose: naming another purpose buys no other budget.
    deriveTags: (identity, purpose) => ({
      identityTag: tag(identity, ''),
      recordTag: tag(identity, purpose),
    }),
    deriveNetworkTag: (limit, address) => networksUnder(limit)(address).network,
    deriveSiteTag: (limit, address) => networksUnder(limit)(address).site,
    recoverCode(identity, purpose, { challenge, keyId, window, digits }) {
      const codeKey = findCodeKey(keys, keyId);
      if (!codeKey) return null;
      const bytes = Buffer.from(challenge, 'base64url');
      return deriveCode(codeKey.mac, { namespace, purpose, identity, challenge: bytes, window, digits });
    },
  };
}
