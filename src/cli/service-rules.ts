import type { Environment } from '../options/settings.js';
import { resolveAccess } from '../stores/redis/access.js';
import { findHumanCheckProblems } from './human-check.js';
import type { Given } from './say.js';
import { findStatelessProblems } from './stateless.js';
import { listCredentials, stores } from './stores.js';

/** How settings of the service alone contradict each other, one line each. */
export function findContradictions(config: Environment, given: Given): string[] {
  const { STORE, REDIS_URL, WORKERS } = config;
  const problems: string[] = [];
  if (!stores[STORE].isShared && WORKERS !== '1') {
    problems.push(
      `WORKERS: given "${WORKERS}", more than one needs STORE=redis: each would have counters of its own`,
    );
  }
  if (STORE === 'redis' && REDIS_URL === undefined)
    problems.push('REDIS_URL: required with STORE=redis, such as redis://127.0.0.1:6379');
  if (STORE !== 'redis' && REDIS_URL !== undefined) {
    problems.push('REDIS_URL: has no effect without STORE=redis: codes would be kept in this process only');
  }
  if (REDIS_URL !== undefined) {
    try {
      resolveAccess({ url: REDIS_URL, ...listCredentials(config) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problems.push(`REDIS_URL: ${error.message}`);
    }
  }
  problems.push(...findHumanCheckProblems(config), ...findStatelessProblems(config, given));
  if (config.OTP_MODE === 'window' && WORKERS !== '1') {
    problems.push(
      `WORKERS: given "${WORKERS}", OTP_MODE=window allows 1: each process has limits of its own, so more would multiply the guesses`,
    );
  }
  return problems;
}
