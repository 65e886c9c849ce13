import { entriesRange } from '../stores/memory/expiring-map.js';
import { defaultKeyPrefix, redisTimeout } from '../stores/redis/access.js';
import { hasRedisScheme } from '../stores/redis/url.js';
import { choice, flag, refuse, secret, text, wholeNumber } from './row.js';

const redisUrls =
  '`redis://host:port/database`, `rediss://…` for TLS, `redis+sentinel://host,host/name`, `redis+cluster://host,host` or `unix:///path`';

/** The stores of the service. */
export const storeSettings = {
  /**
   * Where pending codes and limits are kept: `memory` serves one process, `redis` many. With `none` nothing is kept, and the
   * challenge carries what is needed to check a code: see [storeless.md](storeless.md).
   */
  STORE: choice(['memory', 'redis', 'none'], 'memory'),
  /** Allow `STORE=none` in production: a code works until it expires, and each process has limits of its own. */
  OTP_ALLOW_STATELESS: flag(false),
  /** Allow paid channels with `STORE=none`, which cannot limit what they cost. */
  OTP_ALLOW_UNLIMITED_COST: flag(false),
  /** The server, with options as in [redis.md](redis.md). Required with `redis`. */
  // Mistakes after the scheme are reported together with those of the related settings.
  REDIS_URL: secret(redisUrls, (url, name) => hasRedisScheme(url) || refuse(name, redisUrls, 'another')),
  /** Password of the server, where `REDIS_URL` has none. */
  REDIS_PASSWORD: secret(),
  /** Password of the Sentinels. Default: that of the server. */
  REDIS_SENTINEL_PASSWORD: secret(),
  /** User at the Sentinels, with `REDIS_SENTINEL_PASSWORD`. Default: `default`. */
  REDIS_SENTINEL_USERNAME: text('text'),
  /** Prefix of every key. */
  REDIS_KEY_PREFIX: text('up to 64 printable characters without braces', /^[!-z|~]{1,64}$/, defaultKeyPrefix),
  /** Timeout of each command. */
  REDIS_TIMEOUT_MS: wholeNumber({ ...redisTimeout, unit: 'milliseconds' }),
  /** Accept a server whose `maxmemory-policy` may evict keys, and with them limits. */
  REDIS_ALLOW_EVICTION: flag(false),
  /** Accept a server that hides `master_replid`: after data loss, a used code may work again. */
  REDIS_ALLOW_UNFENCED: flag(false),
  /** Maximum number of entries of each kind in the memory store. */
  MEMORY_STORE_MAX_ENTRIES: wholeNumber(entriesRange),
};
