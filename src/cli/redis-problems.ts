import { resolveAccess } from '../stores/redis/connect.js';
import type { Environment } from './environment.js';

/** What is wrong with `REDIS_URL` beyond its beginning, and what contradicts it. */
export function findRedisProblems(config: Environment): string[] {
  const { REDIS_URL: url } = config;
  if (url === undefined) return config.STORE === 'redis' ? ['REDIS_URL: required with STORE=redis'] : [];
  try {
    resolveAccess({ url, ...readCredentials(config) });
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [`REDIS_URL: ${error.message}`];
  }
}

/** The options of the store that say who we are. */
export function readCredentials(config: Environment) {
  return {
    password: config.REDIS_PASSWORD,
    sentinelUsername: config.REDIS_SENTINEL_USERNAME,
    sentinelPassword: config.REDIS_SENTINEL_PASSWORD,
  };
}
