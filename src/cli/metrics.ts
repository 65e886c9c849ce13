import cluster from 'node:cluster';
import { parseMetricsAddress } from '../options/metrics-address.js';

/**
 * The metrics of the service, where they are served. Without `METRICS_PORT`, prom-client is not even loaded.
 *
 * @param setting `METRICS_PORT`
 */
export async function prepareMetrics(setting: string | undefined) {
  const address = setting === undefined ? null : parseMetricsAddress(setting);
  if (address === null) return null;
  const { answerWithMetrics, createProcessRegistry, createWorkerMetrics, startMetricsServer } = await import(
    './metrics-server.js'
  );
  const registry = createProcessRegistry();
  return {
    registry,
    /** Serves those of this process, or as a worker hands them to the primary process. */
    async serveOwn(): Promise<void> {
      if (cluster.isWorker) answerWithMetrics(registry);
      else await startMetricsServer(address, () => registry.metrics());
    },
    /** In the primary process: serves those of all workers together. */
    serveThoseOfWorkers: () => startMetricsServer(address, createWorkerMetrics()),
  };
}
