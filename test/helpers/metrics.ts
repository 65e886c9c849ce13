import { Registry } from 'prom-client';

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The samples of this service in the text format of Prometheus. */
export function parseSamples(text: string): Sample[] {
  return [...text.matchAll(/^stateless_otp_(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
      ),
      value: Number(value),
    }),
  );
}

/** The sum of the samples with this name that have these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** A registry, and what is in it. */
export function createMetricsReader() {
  const registry = new Registry();
  const read = async () => parseSamples(await registry.metrics());
  return {
    registry,
    read,
    sum: async (name: string, labels?: Record<string, string>) => sumOf(await read(), name, labels),
  };
}
