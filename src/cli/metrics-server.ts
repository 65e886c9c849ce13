import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:http';
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { MetricsAddress } from '../options/metrics-address.js';
import { wrongUsage } from './command.js';
import { type RefusedRequestsOptions, reportRefusedRequests } from './refused-requests.js';
import { listWorkers } from './workers.js';

export function createProcessRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * Serves metrics at `/metrics` in the text format of Prometheus. It does not keep the process alive.
 *
 * @throws the OtpError `invalid_request` if it cannot listen there
 */
export async function startMetricsServer(
  { host, port }: MetricsAddress,
  collect: () => Promise<string>,
  refused: RefusedRequestsOptions,
) {
  const server = createServer(async (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    const text = await collect().catch(() => null);
    if (text === null) response.writeHead(503).end();
    else response.writeHead(200, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text);
  });
  reportRefusedRequests(server, refused);
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(wrongUsage(`METRICS_PORT: ${message}`)));
    server.listen({ host, port, exclusive: true }, resolve);
  });
  server.unref();
}

type Metrics = MetricObjectWithValues<MetricValue<string>>[];

const question = 'stateless-otp metrics?';
const answerLimitMs = 2000;

type Message = { [question]?: number; metrics?: Metrics } | null;

/** In a worker: answers the primary process, which serves the metrics of all. */
export function answerWithMetrics(registry: Registry): void {
  process.on('message', async (message: Message) => {
    const number = message?.[question];
    if (typeof number !== 'number') return;
    const metrics = await registry.getMetricsAsJSON();
    // The primary process may be gone by now.
    if (process.connected) process.send?.({ [question]: number, metrics }, () => {});
  });
}

/**
 * In the primary process: a function that adds up the metrics of all workers. What a dead worker counted until it was last asked stays in
 * the sums: a sum that falls looks like a restart, and Prometheus would take what is left for an increase.
 */
export function createWorkerMetrics(): () => Promise<string> {
  const latest = new Map<number, Metrics>();
  let retired: Metrics = [];
  let asked = 0;

  cluster.on('exit', ({ id }) => {
    const counted = (latest.get(id) ?? []).filter(({ type }) =>
      ['counter', 'histogram'].includes(String(type)),
    );
    latest.delete(id);
    void AggregatorRegistry.aggregate([retired, counted])
      .getMetricsAsJSON()
      .then((sum) => {
        retired = sum as Metrics;
      });
  });

  /** A worker that does not answer in time counts with its last answer. */
  function ask(worker: Worker): Promise<void> {
    const number = asked;
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        worker.off('message', listen);
        worker.off('exit', finish);
        resolve();
      };
      const listen = (message: Message) => {
        if (message?.[question] !== number || !message.metrics) return;
        latest.set(worker.id, message.metrics);
        finish();
      };
      const timer = setTimeout(finish, answerLimitMs);
      worker.on('message', listen);
      worker.on('exit', finish);
      worker.send({ [question]: number }, (error) => error && finish());
    });
  }

  return async () => {
    asked += 1;
    await Promise.all(
      listWorkers()
        .filter((worker) => worker.isConnected())
        .map(ask),
    );
    return AggregatorRegistry.aggregate([retired, ...latest.values()]).metrics();
  };
}
