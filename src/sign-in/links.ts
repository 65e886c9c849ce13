import type { KeyObject } from 'node:crypto';
import type { Derivation } from '../core/derivation.js';
import { saltBytes, seal, unseal } from '../core/seal.js';
import type { Clock, Random } from '../ports.js';
import type { LinkTarget } from '../service/write-message.js';
import { paths } from './paths.js';
import type { Flow, SignInState } from './state.js';

export interface LinkOptions {
  /** Seals links. 32 bytes. */
  key: KeyObject;
  namespace: string;
  derivation: Pick<Derivation, 'recoverCode'>;
  publicUrl: string;
  clock: Clock;
  random: Random;
}

/** What a link is good for. */
export interface OpenedLink {
  identity: string;
  challenge: string;
  code: string;
}

export interface Links {
  /** The address that goes into a message. */
  create(target: LinkTarget): string;
  /** Null for anything but a link of ours whose code has not expired. Changes nothing and asks no store. */
  read(link: string | null): OpenedLink | null;
}

/**
 * Links that stand beside a code. One holds, sealed, what its code is derived from: neither the code nor the identity
 * stands in an address, and whoever has a link has no more than the code that stands beside it.
 */
export function createLinks({ key, namespace, derivation, publicUrl, clock, random }: LinkOptions): Links {
  const context = `link ${namespace}`;
  const base = `${publicUrl.replace(/\/$/, '')}${paths.link}?k=`;
  return {
    create({ identity, purpose, record, ttlSeconds }) {
      const { challenge, keyId, window, digits } = record;
      const expiresAt = clock() + ttlSeconds * 1000;
      const text = JSON.stringify([expiresAt, identity, purpose, challenge, keyId, window, digits]);
      return base + seal(key, random.bytes(saltBytes), text, context);
    },
    read(link) {
      const text = link === null ? null : unseal(key, link, context);
      if (text === null) return null;
      const [expiresAt, identity, purpose, challenge, keyId, window, digits] = JSON.parse(text) as [
        number,
        string,
        string,
        string,
        string,
        number,
        number,
      ];
      if (clock() >= expiresAt) return null;
      const code = derivation.recoverCode(identity, purpose, { challenge, keyId, window, digits });
      return code === null ? null : { identity, challenge, code };
    },
  };
}

/** The sign-in that the link belongs to, in the browser that asked for it. */
export function findAsked({ identity, challenge }: OpenedLink, { flows }: SignInState): Flow | undefined {
  return flows.find((flow) => flow.identity === identity && flow.challenge === challenge);
}
