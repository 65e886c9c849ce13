import { hash, type KeyObject } from 'node:crypto';
import { saltBytes, seal, unseal, unsealWithNonce } from '../core/seal.js';
import type { Clock, Random, Store } from '../ports.js';
import type { IssuedToken } from '../results.js';

/** A sign-in that continues. A refresh token carries it encrypted: the store holds no identity. */
export interface Sustained {
  identity: string;
  purpose: string;
  amr: string[];
  /** Unix seconds of the sign-in. */
  authTime: number;
}

/** A refresh token, decrypted. */
export interface OpenedToken {
  token: string;
  family: string;
  /** Unix seconds. */
  expiresAt: number;
  sustained: Sustained;
}

type RefreshToken = Required<Pick<IssuedToken, 'refreshToken' | 'refreshExpiresInSeconds'>>;

const prefix = 'otr2.';
/** Tokens of earlier versions: still accepted, and replaced by the new format. */
const oldPrefix = 'otr1.';
export const maxRefreshTokenLength = 2048;
/** Stored for sessions instead of the hash of a refresh token; no hash is this short. */
const sessionMark = 'session';

/** What a refresh token holds, encrypted. */
type Content = [
  family: string,
  expiresAt: number,
  identity: string,
  purpose: string,
  amr: string[],
  authTime: number,
];

/**
 * Sign-ins that outlive their access token: by single-use refresh tokens, or as browser sessions, which present their
 * access token instead. A family descends from one sign-in. The store holds the hash of its one valid token; a family that
 * the store does not know has ended (RFC 9700 §4.14.2).
 */
export function createFamilies(options: {
  store: Pick<Store, 'exchange'>;
  key: KeyObject;
  namespace: string;
  /** Life of a family, counted from the sign-in. */
  ttlSeconds: number;
  clock: Clock;
  random: Random;
}) {
  const { store, key, namespace, ttlSeconds, clock, random } = options;
  const context = `refresh ${namespace}`;
  const nowSeconds = () => Math.floor(clock() / 1000);

  function sealToken(sustained: Sustained, family: string, expiresAt: number): RefreshToken {
    const { identity, purpose, amr, authTime } = sustained;
    const content: Content = [family, expiresAt, identity, purpose, amr, authTime];
    const sealed = seal(key, random.bytes(saltBytes), JSON.stringify(content), context);
    return { refreshToken: `${prefix}${sealed}`, refreshExpiresInSeconds: expiresAt - nowSeconds() };
  }

  function unsealToken(token: string): string | null {
    if (token.startsWith(prefix)) return unseal(key, token.slice(prefix.length), context);
    if (token.startsWith(oldPrefix)) return unsealWithNonce(key, token.slice(oldPrefix.length), context);
    return null;
  }

  /** What a refresh token holds, used or expired as it may be; null for anything else. */
  function open(token: unknown): OpenedToken | null {
    if (typeof token !== 'string' || token.length > maxRefreshTokenLength) return null;
    const text = unsealToken(token);
    if (text === null) return null;
    const [family, expiresAt, identity, purpose, amr, authTime] = JSON.parse(text) as Content;
    return { token, family, expiresAt, sustained: { identity, purpose, amr, authTime } };
  }

  const isExpired = ({ expiresAt }: OpenedToken) => expiresAt <= nowSeconds();

  /** Without `presented` the family starts; with neither it ends. */
  const exchange = (family: string, presented: string | null, next: string | null) =>
    store.exchange({ family, presented, next, ttlSeconds });

  return {
    async start(sustained: Sustained): Promise<RefreshToken> {
      const family = random.id();
      const token = sealToken(sustained, family, nowSeconds() + ttlSeconds);
      await exchange(family, null, hashToken(token.refreshToken));
      return token;
    },
    open,
    /** What a refresh token that has not expired holds, or why it is refused; it may have been used. */
    parse(token: unknown): OpenedToken | 'malformed' | 'expired' {
      const opened = open(token);
      if (!opened) return 'malformed';
      return isExpired(opened) ? 'expired' : opened;
    },
    /** Exchanges a refresh token for its successor, or tells why not; one that was used before ends its family. */
    async rotate(opened: OpenedToken): Promise<RefreshToken | 'expired' | 'reused' | 'ended'> {
      // Time has passed since it was opened.
      if (isExpired(opened)) return 'expired';
      const { token, family, expiresAt, sustained } = opened;
      const next = sealToken(sustained, family, expiresAt);
      const result = await exchange(family, hashToken(token), hashToken(next.refreshToken));
      if (result === 'exchanged') return next;
      return result === 'unknown' ? 'ended' : result;
    },
    /** Ends the family of a refresh token. */
    end: ({ family }: OpenedToken) => exchange(family, null, null),
    /** Returns the id of a new session. */
    async startSession(): Promise<string> {
      const id = random.id();
      await exchange(id, null, sessionMark);
      return id;
    },
    async isSessionLive(id: string): Promise<boolean> {
      return (await exchange(id, sessionMark, sessionMark)) === 'exchanged';
    },
    endSession: (id: string) => exchange(id, null, null),
  };
}

function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
