// Our service, put together as the command line does it, but for delivery. Settings come from the environment.
import cluster from 'node:cluster';
import { loadBuilt } from './built.mjs';
import { createCodeSink } from './codes.mjs';

/** @type {typeof import('../../src/adapters/node.js')} */
const { createNodeListener } = await loadBuilt('adapters/node.js');
/** @type {typeof import('../../src/cli/config.js')} */
const { loadConfig } = await loadBuilt('cli/config.js');
/** @type {typeof import('../../src/cli/log.js')} */
const { createLogger } = await loadBuilt('cli/log.js');
/** @type {typeof import('../../src/cli/create.js')} */
const { toOtpOptions } = await loadBuilt('cli/create.js');
/** @type {typeof import('../../src/cli/metrics.js')} */
const { prepareMetrics } = await loadBuilt('cli/metrics.js');
/** @type {typeof import('../../src/cli/server.js')} */
const { startServer } = await loadBuilt('cli/server.js');
/** @type {typeof import('../../src/fast/string-methods.js')} */
const { makeStringMethodsFast } = await loadBuilt('fast/string-methods.js');
/** @type {typeof import('../../src/otp.js')} */
const { createOtp } = await loadBuilt('otp.js');
/** @type {typeof import('../../src/stores/memory.js')} */
const { createMemoryStore } = await loadBuilt('stores/memory.js');
/** @type {typeof import('../../src/stores/redis.js')} */
const { createRedisStore } = await loadBuilt('stores/redis.js');

makeStringMethodsFast();
const { config, problems } = loadConfig(process.env);
if (!config) throw new Error(problems.join('; '));
const workers = Number(config.WORKERS);
if (cluster.isPrimary && workers > 1) {
  for (let i = 0; i < workers; i++) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  await serve(config);
}

/** @param {import('../../src/cli/config.js').Config} config */
async function serve(config) {
  const logger = createLogger(config.LOG_LEVEL);
  const store =
    config.STORE === 'memory'
      ? createMemoryStore({ maxEntries: config.MEMORY_STORE_MAX_ENTRIES })
      : await createRedisStore({ url: config.REDIS_URL, timeoutMs: config.REDIS_TIMEOUT_MS, logger });
  const keep = createCodeSink();
  const options = toOtpOptions(config, store, logger);
  // By mail as users send it, if the settings say so; otherwise to nowhere.
  const transports = config.DELIVERY_BACKEND === 'smtp' ? options.transports : [createNowhere(keep)];
  // Counted and timed, and asked for by nobody.
  const metrics = (await prepareMetrics(config.METRICS_PORT, logger))?.registry;
  const otp = createOtp({ ...options, metrics, routes: undefined, transports });
  await startServer(createNodeListener(otp.handler), {
    host: '127.0.0.1',
    port: Number(process.env['BENCH_PORT']),
    graceMs: 1000,
  });
}

/**
 * @param {ReturnType<typeof createCodeSink>} keep
 * @returns {import('../../src/ports.js').Transport}
 */
function createNowhere(keep) {
  return {
    name: 'bench',
    channels: ['email'],
    async send({ to, code }) {
      keep(to, code);
      return { ok: true };
    },
  };
}
