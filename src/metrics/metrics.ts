import type { Identity } from '../core/identity.js';
import { findPlace } from '../core/phone-place.js';
import type { Channel } from '../core/policy.js';
import type { EventFate } from '../events/events.js';
import type { Durations } from '../fast/tallies.js';
import type { MonotonicClock, QueueCount, Receipt, Store, Transport } from '../ports.js';
import { optionalVerbs, storeVerbs } from '../store-verbs.js';
import { metricList } from './list.js';
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
    watchQueue(countQueue: () => QueueCount): void {
      addGauge(registry, metricList.queue, () =>
        Object.entries(countQueue()).map(([state, messages]) => [messages, state]),
      );
    },
  };
}

const verbs = [...storeVerbs, ...optionalVerbs];

/** All other members: what a store says of itself. */
const traits: Record<Exclude<keyof Store, (typeof verbs)[number] | 'close'>, true> = {
  codeAlphabet: true,
  isStateless: true,
  isWindowed: true,
  countsTogether: true,
};

/** No verb takes more arguments. */
type Verb = (first?: unknown, second?: unknown, third?: unknown) => Promise<unknown>;

/** A command that is running. Reused for later commands: making two closures for each would take longer than the command. */
interface Timing {
  startedAt: number;
  succeed(): void;
  fail(): void;
}

function measureStore(store: Store, durations: Durations, clock: MonotonicClock): Store {
  function measure(name: string, verb: Verb): Verb {
    const [addOk, addFailed] = [durations.adder(name, 'ok'), durations.adder(name, 'failed')];
    const idle: Timing[] = [];

    function createTiming(): Timing {
      const end = (add: (ms: number) => void) => () => {
        add(clock.now() - timing.startedAt);
        idle.push(timing);
      };
      const timing: Timing = { startedAt: 0, succeed: end(addOk), fail: end(addFailed) };
      return timing;
    }

    return (first, second, third) => {
      const timing = idle.pop() ?? createTiming();
      timing.startedAt = clock.now();
      const answer = verb.call(store, first, second, third);
      answer.then(timing.succeed, timing.fail);
      return answer;
    };
  }

  const members = store as unknown as Record<string, Verb | undefined>;
  const measured: Record<string, unknown> = { close: () => store.close() };
  for (const name of verbs) {
    const verb = members[name];
    if (verb !== undefined) measured[name] = measure(name, verb);
  }
  for (const name of Object.keys(traits)) measured[name] = members[name];
  return measured as unknown as Store;
}
