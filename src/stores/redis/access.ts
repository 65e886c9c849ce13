import type { ConnectionOptions } from 'node:tls';
import { loadTlsFiles } from './tls-files.js';
import { parseRedisUrl, type Target } from './url.js';

/** Default of what every key begins with. */
export const defaultKeyPrefix = 'stateless-otp:';
/** Bounds and default of the command timeout, in milliseconds. */
export const redisTimeout = { min: 50, max: 10_000, default: 500 };

/** Where the servers are, and the credentials for them. */
export interface Access {
  url: string;
  /** Of the servers, unless the URL has one. */
  password?: string | undefined;
  /** Of the Sentinels. Default: `default`. */
  sentinelUsername?: string | undefined;
  /** Of the Sentinels. Default: that of the servers, unless only those use TLS. */
  sentinelPassword?: string | undefined;
}

export interface Resolved extends Target {
  sentinelUsername: string;
  sentinelPassword: string | undefined;
  tlsOptions: ConnectionOptions;
}

/** @throws RangeError for an invalid URL and for contradictory options, without repeating a secret */
export function resolveAccess(access: Access): Resolved {
  const target = parseRedisUrl(access.url);
  const password = access.password ?? target.password;
  if (target.password !== undefined && target.password !== password) {
    throw new RangeError(
      'REDIS_PASSWORD (password) and the Redis URL have different passwords; leave one of them out',
    );
  }
  // Some platforms write `redis://default:@host` without a password.
  const username = target.username === 'default' && password === undefined ? undefined : target.username;
  if (username !== undefined && password === undefined) {
    throw new RangeError(
      'the Redis URL has a user without a password: write user:password@host or :password@host, or set REDIS_PASSWORD (password)',
    );
  }
  const isForSentinel = access.sentinelUsername !== undefined || access.sentinelPassword !== undefined;
  if (target.kind !== 'sentinel' && isForSentinel) {
    throw new RangeError(
      'REDIS_SENTINEL_PASSWORD and REDIS_SENTINEL_USERNAME (sentinelPassword, sentinelUsername) need a URL of the form redis+sentinel://host,host/name',
    );
  }
  if (access.sentinelUsername !== undefined && access.sentinelPassword === undefined) {
    throw new RangeError(
      'REDIS_SENTINEL_USERNAME (sentinelUsername) needs REDIS_SENTINEL_PASSWORD (sentinelPassword)',
    );
  }
  // The servers' password must not be sent in the clear when only the servers use TLS.
  const isShared = target.sentinelTls || !target.tls;
  return {
    ...target,
    username,
    password,
    sentinelUsername: access.sentinelUsername ?? 'default',
    sentinelPassword: access.sentinelPassword ?? (isShared ? password : undefined),
    tlsOptions: loadTlsFiles(target),
  };
}
