import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import { parseMetricsAddress } from '../options/metrics-address.js';

/** The metrics of the service, where they are served. */
export interface ServiceMetrics {
  /** Of this process. */
  registry: Registry;
  /** Serves those of this process, or as a worker hands them to the primary process. */
  serveOwn(): Promise<void>;
  /** In the primary process: serves those of all workers together. */
  serveThoseOfWorkers(): Promise<void>;
}

/**
 * Without `METRICS_PORT`, prom-client is not even loaded.
 *
 * @param setting `METRICS_PORT`
 */
export async function prepareMetrics(setting: string | undefined): Promise<ServiceMetrics | null> {
  const address = setting === undefined ? null : parseMetricsAddress(setting);
  if (address === null) return null;
  const { createProcessRegistry, startMetricsServer } = await import('./metrics-server.js');
  const { answerWithMetrics, createWorkerMetrics } = await import('./worker-metrics.js');
  const registry = createProcessRegistry();
  return {
    registry,
    async serveOwn() {
      if (cluster.isWorker) answerWithMetrics(registry);
      else await startMetricsServer(address, () => registry.metrics());
    },
    async serveThoseOfWorkers() {
      await startMetricsServer(address, createWorkerMetrics().collect);
    },
  };
}
