import { type Counts, createCounts, createDurations, type Durations } from '../fast/tallies.js';

/** Where metrics are registered: a `Registry` of prom-client fits. */
export interface MetricsRegistry {
  // biome-ignore lint/suspicious/noExplicitAny: prom-client names its own four classes; it calls `get` alone
  registerMetric(metric: any): void;
}

export interface MetricInfo {
  /** Without the prefix `stateless_otp_`. */
  name: string;
  help: string;
  labels: readonly string[];
}

interface Sample {
  labels: Record<string, string | number>;
  value: number;
  /** If it is not the name of the metric. */
  metricName?: string;
}

export const metricPrefix = 'stateless_otp_';

/** Collected when the registry is asked. Several processes are added up. */
function register(
  registry: MetricsRegistry,
  type: 'counter' | 'gauge' | 'histogram',
  { name, help, labels }: MetricInfo,
  list: (fullName: string) => Sample[],
): void {
  const fullName = metricPrefix + name;
  const described = { name: fullName, help, type, aggregator: 'sum' };
  const get = async () => ({ ...described, values: list(fullName) });
  registry.registerMetric({ ...described, labelNames: labels, get });
}

export function addCounts(registry: MetricsRegistry, info: MetricInfo): Counts {
  const counts = createCounts();
  register(registry, 'counter', info, () =>
    counts.list().map(({ labels, count }) => ({ labels: pairLabels(info, labels), value: count })),
  );
  return counts;
}

/** @param listValues the values of the moment, each after its labels */
export function addGauge(
  registry: MetricsRegistry,
  info: MetricInfo,
  listValues: () => readonly (readonly [value: number, ...labels: string[]])[],
): void {
  register(registry, 'gauge', info, () =>
    listValues().map(([value, ...labels]) => ({ labels: pairLabels(info, labels), value })),
  );
}

/** Buckets from 0.5 ms, an answer from memory, to 10 s, the longest wait for a transport. */
const boundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Durations in seconds. */
export function addDurations(registry: MetricsRegistry, info: MetricInfo): Durations {
  const durations = createDurations(boundsMs);
  register(registry, 'histogram', info, (fullName) =>
    durations.list().flatMap(({ labels: values, counts, sumMs }) => {
      const labels = pairLabels(info, values);
      let total = 0;
      const buckets = counts.map((count, index) => {
        total += count;
        const bound = boundsMs[index];
        const le = bound === undefined ? '+Inf' : bound / 1000;
        return { labels: { le, ...labels }, value: total, metricName: `${fullName}_bucket` };
      });
      return [
        ...buckets,
        { labels, value: sumMs / 1000, metricName: `${fullName}_sum` },
        { labels, value: total, metricName: `${fullName}_count` },
      ];
    }),
  );
  return durations;
}

function pairLabels({ labels: names }: MetricInfo, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}
