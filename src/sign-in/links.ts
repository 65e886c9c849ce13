import type { KeyObject } from 'node:crypto';
import type { Derivation } from '../core/derivation.js';
import { dropLastSlash } from '../core/public-prefix.js';
import { saltBytes, seal, unseal } from '../core/seal.js';
import type { Clock, Random } from '../ports.js';
import type { LinkTarget } from '../service/write-message.js';
import { paths } from './paths.js';

export interface LinkOptions {
  /** Encrypts links. 32 bytes. */
  key: KeyObject;
  namespace: string;
  derivation: Pick<Derivation, 'keyIds' | 'recoverCode'>;
  publicUrl: string;
  clock: Clock;
  random: Random;
}

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
export function createLinks({ key, namespace, derivation, publicUrl, clock, random }: LinkOptions) {
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
    /** Null for anything but one of our links whose code has not expired. Changes nothing and asks no store. */
    open(link: string): OpenedLink | null {
      // What a sentence, a quotation or a line end adds to an address is taken along when it is copied.
      const [sealed = ''] = /^[\w-]*/.exec(link.trimStart()) ?? [];
      const text = unseal(key, sealed, context);
      if (text === null) return null;
      const [expiresAt, identity, purpose, challenge, keyId, window, digits] = JSON.parse(text) as Content;
      if (clock() >= expiresAt || !derivation.keyIds.includes(keyId)) return null;
      const code = derivation.recoverCode(identity, purpose, { challenge, keyId, window, digits });
      return { identity, challenge, code };
    },
  };
}
