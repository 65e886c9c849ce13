import cluster from 'node:cluster';
import { metricList } from '../metrics/list.js';
import { addCounts } from '../metrics/registry.js';
import { processClock } from '../monotonic-clock.js';
import { parseMetricsAddress } from '../options/metrics-address.js';
import type { Logger } from '../ports.js';

/**
 * The metrics of the service, where they are served. Without `METRICS_PORT`, prom-client is not even loaded.
 *
 * @param setting `METRICS_PORT`
 */
export async function prepareMetrics(setting: string | undefined, logger: Logger) {
  const address = setting === undefined ? null : parseMetricsAddress(setting);
  if (address === null) return null;
  const { answerWithMetrics, createProcessRegistry, createWorkerMetrics, startMetricsServer } = await import(
    './metrics-server.js'
  );
  const registry = createProcessRegistry();
  const refused = { logger, clock: processClock };
  return {
    registry,
    /** Counts requests that could not be read, of the service itself. */
    countRefused: addCounts(registry, metricList.refused).add,
    /** Serves those of this process, or as a worker hands them to the primary process. */
    async serveOwn(): Promise<void> {
      if (cluster.isWorker) answerWithMetrics(registry);
      else await startMetricsServer(address, () => registry.metrics(), refused);
    },
    /** In the primary process: serves those of all workers together. */
    serveThoseOfWorkers: () => startMetricsServer(address, createWorkerMetrics(), refused),
  };
}
