import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import { createNodeListener } from '../adapters/node.js';
import { processClock } from '../monotonic-clock.js';
import type { Otp } from '../otp.js';
import { createLogSink } from '../outcomes/log.js';
import type { Logger } from '../ports.js';
import { version } from '../version.js';
import { formatBanner } from './banner.js';
import { wrongUsage } from './command.js';
import type { Config, LoadedConfig } from './config.js';
import { createConfiguredOtp } from './create.js';
import { createLogger } from './log.js';
import { prepareMetrics } from './metrics.js';
import { type RunningServer, startServer } from './server.js';
import { stores } from './stores.js';
import { isSocketPath, removeStaleSocket } from './unix-socket.js';
import { countWorkers, runWorkers } from './workers.js';

type ServiceMetrics = Awaited<ReturnType<typeof prepareMetrics>>;

/** Runs the service until SIGTERM or SIGINT, in this process or in workers. */
export async function serve(loaded: LoadedConfig & { config: Config }): Promise<void> {
  const { config, warnings, madeUp } = loaded;
  const logger = createLogger(config.LOG_LEVEL);
  const log = createLogSink(logger);
  if (cluster.isPrimary) {
    for (const warning of warnings) log.take({ event: 'configuration.doubted', warning });
  }
  if (cluster.isWorker && !stores[config.STORE].isShared) {
    throw wrongUsage(
      `STORE: ${config.STORE} in a cluster of processes, each of which would count for itself; set redis`,
    );
  }
  // With console delivery, the reader of standard output may go away; that must not end the service.
  process.stdout.on('error', () => {});
  const greet = (port: number) => {
    process.stdout.write(formatBanner(config, madeUp, port));
    logger.info({ port, version }, 'started');
  };
  const metrics = await prepareMetrics(config.METRICS_PORT, logger);
  const count = countWorkers(config.WORKERS);
  if (cluster.isPrimary && isSocketPath(config.HOST)) await removeStaleSocket(config.HOST);
  if (cluster.isPrimary && count > 1) {
    // Workers inherit configured secrets, but must be told the generated ones.
    const env = Object.fromEntries(madeUp.map((name) => [name, String(config[name])]));
    await metrics?.serveThoseOfWorkers();
    return runWorkers({ count, env, logger, onListening: greet });
  }
  const port = await serveHere(config, logger, metrics);
  if (cluster.isPrimary) greet(port);
  // As V8 does by default; dist/cli/main.js has switched it off for the start.
  setFlagsFromString('--semi-space-growth-factor=2');
}

/** Serves in this process until a signal ends it. Resolves with the port once it listens. */
async function serveHere(config: Config, logger: Logger, metrics: ServiceMetrics): Promise<number> {
  const otp = createConfiguredOtp(
    config,
    await stores[config.STORE].create(config, logger),
    logger,
    metrics?.registry,
  );
  const server = await startServer(createNodeListener(otp.handler), {
    host: config.HOST,
    port: config.PORT,
    graceMs: config.SHUTDOWN_GRACE_SECONDS * 1000,
    maxConnections: config.MAX_CONNECTIONS,
    refused: { logger, clock: processClock, count: metrics?.countRefused },
    onRefused: () =>
      logger.warn({ open: config.MAX_CONNECTIONS }, 'connections over MAX_CONNECTIONS are closed'),
  });
  await metrics?.serveOwn();
  stopOnSignal(server, otp, config, logger);
  return server.port;
}

/**
 * The first signal lets requests in flight finish; the second ends the process immediately. A worker leaves the
 * second to its parent, since a signal to the whole group reaches it twice.
 */
function stopOnSignal(server: RunningServer, otp: Otp, config: Config, logger: Logger): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (isStopping && cluster.isWorker) return;
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'stopping');
    await server.close();
    await otp.close({ graceMs: config.SHUTDOWN_GRACE_SECONDS * 1000 });
    logger.info({}, 'stopped');
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
