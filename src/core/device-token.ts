import type { KeyObject } from 'node:crypto';
import { seal, unseal } from './seal.js';

/** What a device token holds: that a browser has signed in as this identity. It holds no identity and signs nobody in. */
export interface Device {
  /** Tag of the exact identity. An alias of it has another. */
  identityTag: string;
  /** Random; stays the same when the token is renewed. */
  id: string;
  /** Unix seconds by the clock of the store: those of the sign-in. */
  issuedAtSeconds: number;
}

/** Which tokens are accepted: the namespace is associated data of the seal. */
export interface DeviceScope {
  /** Encrypts device tokens. 32 bytes. */
  key: KeyObject;
  namespace: string;
}

/** Characters of an id: 66 bits, of which 2 ^ 33 could be given out before two are likely to be the same. */
export const deviceIdLength = 11;
/** How far a time that a store has given out may be ahead of its clock, after a failover or several sign-outs. */
export const maxAheadSeconds = 300;

const prefix = 'otd1.';
const maxLength = 256;
const content = /^([\w-]{22})([\w-]{11})([1-9][0-9]{0,14})$/;

/** @param salt 16 random bytes */
export function sealDevice(
  { key, namespace }: DeviceScope,
  salt: Uint8Array,
  { identityTag, id, issuedAtSeconds }: Device,
): string {
  return prefix + seal(key, salt, `${identityTag}${id}${issuedAtSeconds}`, toContext(namespace));
}

/** Opens a token that was made for this namespace, expired or not; null for anything else. */
export function openDevice({ key, namespace }: DeviceScope, token: unknown): Device | null {
  if (typeof token !== 'string' || token.length > maxLength || !token.startsWith(prefix)) return null;
  const text = unseal(key, token.slice(prefix.length), toContext(namespace));
  const [, identityTag, id, seconds] = content.exec(text ?? '') ?? [];
  if (identityTag === undefined || id === undefined) return null;
  return { identityTag, id, issuedAtSeconds: Number(seconds) };
}

/** Whether what began at this time is younger than `ttlSeconds`, and not from the future. */
export function isLive(beganAtSeconds: number, ttlSeconds: number, nowSeconds: number): boolean {
  const ageSeconds = nowSeconds - beganAtSeconds;
  return ageSeconds < ttlSeconds && ageSeconds >= -maxAheadSeconds;
}

const toContext = (namespace: string) => `device ${namespace}`;
