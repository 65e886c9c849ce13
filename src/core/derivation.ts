import { remember } from '../fast/recent.js';
import { toNetwork, toSite } from './address.js';
import { deriveAddressTag, deriveCode, deriveTag } from './code.js';
import { findCodeKey, type Keys } from './keys.js';

/** The inputs of a code that a store remembers. */
export interface DerivedFrom {
  /** 16 bytes as base64url. */
  challenge: string;
  keyId: string;
  window: number;
  digits: number;
}

/** Derives the codes of one installation, and the tags that name things in its store. */
export interface Derivation {
  /** Keys whose codes can be derived; the first one makes new codes. */
  keyIds: readonly [current: string, ...previous: string[]];
  deriveIdentityTag(identity: string): string;
  /** Tags of an identity, and of that identity for one purpose. */
  deriveTags(identity: string, purpose: string): { identityTag: string; recordTag: string };
  /** Tags of the network of this address and of the /48 around it, under one limit; IPv4 has no `site`. */
  deriveNetworkTags(limit: string, address: string): { network: string; site: string | undefined };
  /**
   * Derives the code again.
   *
   * @throws RangeError for a key that is not among `keyIds`
   */
  recoverCode(identity: string, purpose: string, from: DerivedFrom): string;
}

const maxLimits = 10;
/** Proxies and busy networks send most requests. */
const maxAddresses = 1000;

export function createDerivation(keys: Keys, namespace: string): Derivation {
  const networksUnder = remember(maxLimits, (limit: string) => {
    const derive = (text: string) => deriveAddressTag(keys.address, `${limit} ${text}`);
    return remember(maxAddresses, (address: string) => {
      const network = toNetwork(address);
      const site = toSite(network);
      return { network: derive(network), site: site && derive(site) };
    });
  });
  // The empty purpose: another purpose must not bring another budget.
  const deriveIdentityTag = (identity: string) =>
    deriveTag(keys.identity, { namespace, purpose: '', identity });
  return {
    keyIds: keys.previous ? [keys.current.id, keys.previous.id] : [keys.current.id],
    deriveIdentityTag,
    deriveTags: (identity, purpose) => ({
      identityTag: deriveIdentityTag(identity),
      recordTag: deriveTag(keys.identity, { namespace, purpose, identity }),
    }),
    deriveNetworkTags: (limit, address) => networksUnder(limit)(address),
    recoverCode(identity, purpose, { challenge, keyId, window, digits }) {
      const codeKey = findCodeKey(keys, keyId);
      if (!codeKey) throw new RangeError('The code was derived from a key that is not known');
      const bytes = Buffer.from(challenge, 'base64url');
      return deriveCode(codeKey.mac, { namespace, purpose, identity, challenge: bytes, window, digits });
    },
  };
}
