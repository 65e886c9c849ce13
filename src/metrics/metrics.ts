import type { Identity } from '../core/identity.js';
import { findPlace } from '../core/phone-place.js';
import type { Channel } from '../core/policy.js';
import type { EventFate } from '../events/events.js';
import type { MonotonicClock, QueueCount, Receipt, Store, Transport } from '../ports.js';
import { metricList } from './list.js';
import { measureStore } from './measured-store.js';
import { addCounts, addDurations, addGauge, type MetricsRegistry } from './registry.js';
import { createMetricsSink } from './sink.js';

/** What the parts of an installation tell its metrics. */
export function createMetrics(
  registry: MetricsRegistry,
  { transports, clock }: { transports: readonly Transport[]; clock: MonotonicClock },
) {
  const answers = addDurations(registry, metricList.httpDuration);
  const commands = addDurations(registry, metricList.storeDuration);
  const tries = addDurations(registry, metricList.deliveryDuration);
  const postedEvents = addCounts(registry, metricList.postedEvents);
  const deliveries = addCounts(registry, metricList.deliveries);
  return {
    sink: createMetricsSink(registry, transports, deliveries),
    /** ISO 3166-1 alpha-2 country of a phone number. */
    findCountry: ({ kind, value }: Identity) => (kind === 'phone' ? findPlace(value).country : undefined),
    measureStore: (store: Store) => measureStore(store, commands, clock),
    /** @param route path of the route, as in the route table */
    noteAnswer: (route: string, status: number, durationMs: number) =>
      answers.add(durationMs, route, String(status)),
    noteTry(transport: string, channel: Channel, receipt: Receipt, durationMs: number): void {
      deliveries.add(transport, channel, receipt.ok ? 'delivered' : receipt.category);
      tries.add(durationMs, transport);
    },
    noteEvent(fate: EventFate, count: number): void {
      for (let i = 0; i < count; i++) postedEvents.add(fate);
    },
    watchQueue(read: () => QueueCount): void {
      addGauge(registry, metricList.queue, () =>
        Object.entries(read()).map(([state, messages]) => [messages, state]),
      );
    },
  };
}
