import { makeStringMethodsFast } from '../fast/string-methods.js';
import { type Environment, type SettingName, settingNames } from '../options/settings.js';
import type { Logger, Store } from '../ports.js';
import { createMemoryStore } from '../stores/memory.js';
import { createStatelessStore } from '../stores/none.js';

interface ServiceStore {
  /** Whether several processes may serve with it. */
  isShared: boolean;
  /** Settings that have no effect without it. */
  settings: readonly SettingName[];
  create(config: Environment, logger: Logger): Store | Promise<Store>;
}

export const stores: Record<Environment['STORE'], ServiceStore> = {
  memory: {
    isShared: false,
    settings: ['MEMORY_STORE_MAX_ENTRIES'],
    create: (config) => createMemoryStore({ maxEntries: config.MEMORY_STORE_MAX_ENTRIES }),
  },
  none: {
    // There is nothing to share.
    isShared: true,
    settings: ['OTP_ALLOW_STATELESS', 'OTP_ALLOW_UNLIMITED_COST'],
    create: () => createStatelessStore(),
  },
  redis: {
    isShared: true,
    // The URL is an error without it, see `findContradictions`.
    settings: settingNames.filter((name) => name.startsWith('REDIS_') && name !== 'REDIS_URL'),
    async create(config, logger) {
      // Loads ioredis, which the other stores start without.
      const { createRedisStore } = await import('../stores/redis.js');
      makeStringMethodsFast();
      return createRedisStore({
        ...listAccess(config),
        keyPrefix: config.REDIS_KEY_PREFIX,
        timeoutMs: config.REDIS_TIMEOUT_MS,
        allowEviction: config.REDIS_ALLOW_EVICTION,
        allowUnfenced: config.REDIS_ALLOW_UNFENCED,
        logger,
      });
    },
  },
};

/** The options of the Redis store that say where it is and who we are. */
export function listAccess(config: Environment) {
  return {
    // Required with STORE=redis, see `findContradictions`.
    url: config.REDIS_URL ?? '',
    password: config.REDIS_PASSWORD,
    sentinelUsername: config.REDIS_SENTINEL_USERNAME,
    sentinelPassword: config.REDIS_SENTINEL_PASSWORD,
  };
}
