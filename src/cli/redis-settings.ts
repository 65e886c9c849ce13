import { redisTimeout } from '../stores/redis/connect.js';
import { isRedisUrl } from './accepted.js';
import { flag, secret, text, textWithDefault, wholeNumber } from './settings.js';

const group = 'Store';

/** The settings of the Redis store. */
export const redisSettings = {
  REDIS_URL: secret({
    group,
    allowed:
      '`redis://host:port/database`, `rediss://…` for TLS, `redis+sentinel://host,host/name`, `redis+cluster://host,host` or `unix:///path`',
    check: isRedisUrl,
    description: 'The server, with options as in [redis.md](redis.md). Required with `redis`',
  }),
  REDIS_PASSWORD: secret({
    group,
    allowed: 'text',
    check: () => true,
    description: 'Password of the server, where `REDIS_URL` has none',
  }),
  REDIS_SENTINEL_PASSWORD: secret({
    group,
    allowed: 'text',
    check: () => true,
    description: 'Password of the Sentinels. Default: that of the server',
  }),
  REDIS_SENTINEL_USERNAME: text({
    group,
    allowed: 'text',
    description: 'User at the Sentinels, with `REDIS_SENTINEL_PASSWORD`. Default: `default`',
  }),
  REDIS_KEY_PREFIX: textWithDefault('stateless-otp:', {
    group,
    allowed: 'up to 64 printable characters without braces',
    pattern: /^[!-z|~]{1,64}$/,
    description: 'Stands before every key',
  }),
  REDIS_TIMEOUT_MS: wholeNumber(redisTimeout, {
    unit: 'milliseconds',
    group,
    description: 'Limit on each command',
  }),
  REDIS_ALLOW_EVICTION: flag({
    group,
    description: 'Accept a server whose `maxmemory-policy` may evict keys, and with them limits',
  }),
  REDIS_ALLOW_UNFENCED: flag({
    group,
    description: 'Accept a server that hides `master_replid`: after it loses data a used code may work again',
  }),
};
