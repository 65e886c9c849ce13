import { silent } from '../../options/resolve.js';
import { resolveAccess } from '../../stores/redis/access.js';
import { fetchVersion, oldestVersion } from '../../stores/redis/version.js';
import type { Config } from '../config.js';
import { redactUrls } from '../redact.js';
import { listCredentials, stores } from '../stores.js';
import { type Check, failed, ok } from './checks.js';

/** That the store is fit for the service: opened as the service does it, which runs every command of its scripts. */
export function createStoreCheck(config: Config): Check {
  return {
    name: 'store',
    async run() {
      const store = await stores[config.STORE].create(config, silent);
      try {
        await store.ping();
        return config.STORE === 'redis' ? await describeRedis(config) : ok('memory, in the process itself');
      } finally {
        await store.close().catch(() => {});
      }
    },
  };
}

async function describeRedis(config: Config) {
  const url = config.REDIS_URL ?? '';
  const version = await fetchVersion(
    resolveAccess({ url, ...listCredentials(config) }),
    config.REDIS_TIMEOUT_MS,
  );
  const place = redactUrls(url);
  if (version?.isOld) return failed(`${place}: ${version.text}, which is older than ${oldestVersion}`);
  const shown = version === undefined ? 'of a version that it does not tell' : version.text;
  return ok(`${place}: ${shown}; the user may run every command with keys ${config.REDIS_KEY_PREFIX}*`);
}
