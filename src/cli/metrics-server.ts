import { createServer } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { MetricsAddress } from '../options/metrics-address.js';
import { wrongUsage } from './command.js';

/** With the metrics of the process itself. */
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
): Promise<void> {
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(wrongUsage(`METRICS_PORT: ${message}`)));
    server.listen({ host, port, exclusive: true }, resolve);
  });
  server.unref();
}
