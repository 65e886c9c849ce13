import type { KeyObject } from 'node:crypto';
import type { Derivation } from '../core/derivation.js';
import { dropLastSlash } from '../core/public-prefix.js';
import { saltBytes, seal, unseal } from '../core/seal.js';
import type { Clock, Random } from '../ports.js';
import type { LinkTarget } from '../service/write-message.js';
import { listReadings } from './pasted-link.js';
import { paths } from './paths.js';

export interface OpenedLink {
  identity: string;
  challenge: string;
  code: string;
}

export type Links = ReturnType<typeof createLinks>;

/** In the order in which a link holds them. */
type Content = [
  expiresAt: number,
  identity: string,
  purpose: string,
  challenge: string,
  keyId: string,
  window: number,
  digits: number,
];

/**
 * Links next to codes. A link holds, encrypted, what its code is derived from: no URL shows the code or the identity, and
 * a person who has the link has no more than the code next to it.
 */
export function createLinks(parts: {
  /** Encrypts links. 32 bytes. */
  key: KeyObject;
  namespace: string;
  derivation: Pick<Derivation, 'keyIds' | 'recoverCode'>;
  publicUrl: string;
  clock: Clock;
  random: Random;
}) {
  const { key, namespace, derivation, publicUrl, clock, random } = parts;
  const context = `link ${namespace}`;
  const base = `${dropLastSlash(publicUrl)}${paths.link}?k=`;
  return {
    /** The URL that goes into a message. */
    create({ identity, purpose, record, ttlSeconds }: LinkTarget): string {
      const { challenge, keyId, window, digits } = record;
      const expiresAt = clock() + ttlSeconds * 1000;
      const content: Content = [expiresAt, identity, purpose, challenge, keyId, window, digits];
      return base + seal(key, random.bytes(saltBytes), JSON.stringify(content), context);
    },
    /** What a link brings, or the name of what is wrong with it. Changes nothing and asks no store. */
    open(link: string): OpenedLink | 'linkExpired' | 'linkBroken' {
      const unsealed = listReadings(link).map((reading) => unseal(key, reading, context));
      const text = unsealed.find((one) => one !== null);
      if (text === undefined) return 'linkBroken';
      const [expiresAt, identity, purpose, challenge, keyId, window, digits] = JSON.parse(text) as Content;
      if (clock() >= expiresAt || !derivation.keyIds.includes(keyId)) return 'linkExpired';
      const code = derivation.recoverCode(identity, purpose, { challenge, keyId, window, digits });
      return { identity, challenge, code };
    },
  };
}
