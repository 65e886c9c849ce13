import { describe } from '../core/describe.js';
import { channels } from '../core/policy.js';
import type { InboxReader } from '../http/dev-inbox.js';
import type { MetricsRegistry } from '../metrics/registry.js';
import type { Clock, Logger, Store, Transport } from '../ports.js';
import { storeVerbs } from '../store-verbs.js';
import { flag, hook, value } from './row.js';

function checkMethods(given: unknown, name: string, methods: readonly string[]): void {
  const members = Object(given) as Record<string, unknown>;
  if (typeof members['then'] === 'function') throw new TypeError(`${name} is a promise: await it first`);
  const missing = methods.filter((method) => typeof members[method] !== 'function');
  if (missing.length === 0) return;
  if (typeof given === 'function')
    throw new TypeError(`${name} is a function: call it, and pass what it returns`);
  throw new TypeError(
    `${name} must have ${methods.join(', ')}, got ${describe(given)} without ${missing.join(', ')}`,
  );
}

/** Verbs of which a store must implement all or none. */
const optionalVerbs = [
  ['clear', 'ended'],
  ['inspect', 'note'],
  ['spend', 'refund'],
] as const satisfies (keyof Store)[][];

function checkStore(store: unknown, name: string): void {
  checkMethods(store, name, [...storeVerbs, 'close']);
  const members = Object(store) as Record<string, unknown>;
  for (const verbs of optionalVerbs) {
    if (verbs.some((verb) => members[verb] !== undefined)) checkMethods(store, name, verbs);
  }
}

/** @throws TypeError that names the transport and what it lacks */
export function checkTransports(transports: unknown, name: string): void {
  if (!Array.isArray(transports) || transports.length === 0) {
    throw new TypeError(`${name} must be a list of at least one transport, got ${describe(transports)}`);
  }
  for (const [index, transport] of transports.entries()) checkTransport(transport, `${name}[${index}]`);
}

function checkTransport(transport: Transport, name: string): void {
  checkMethods(transport, name, ['send']);
  const { name: given, channels: served } = transport;
  if (typeof given !== 'string' || given === '')
    throw new TypeError(`${name}.name must be a string that is not empty, got ${describe(given)}`);
  const isList = Array.isArray(served);
  if (isList && served.length > 0 && served.every((channel) => channels.includes(channel))) return;
  const shown = isList ? `[${served.join(', ')}]` : describe(served);
  throw new TypeError(`${name}.channels must be a list of ${channels.join(', ')}, got ${shown}`);
}

/** Options of the library alone. */
export const partOptions = {
  /** Where pending codes and limits are kept. Default: a memory store, for one process; [redis.md](redis.md) has another. */
  store: value<Store>(checkStore),
  /** An object with `info`, `warn` and `error`, such as a logger of pino. Default: silent. */
  logger: value<Logger>((logger, name) => checkMethods(logger, name, ['info', 'warn', 'error'])),
  /**
   * A `Registry` of prom-client, to register the metrics of [operations.md](operations.md) with. Default: none, and nothing is
   * measured.
   */
  metrics: value<MetricsRegistry>((registry, name) => checkMethods(registry, name, ['registerMetric'])),
  /** Milliseconds since 1970, for tests; moves tokens and the default store. Default: this machine's clock. */
  clock: hook<Clock>(),
  /**
   * Shows the messages of this inbox at `/dev/inbox` and `/dev/inbox.json`, codes included, to everyone who can reach
   * the handler under localhost, a loopback address or the host of `publicUrl`: for development only. Default: none.
   */
  unsafeDevInbox: value<InboxReader>((inbox, name) => checkMethods(inbox, name, ['list'])),
  /** Let the session cookie travel over plain http, without the protection of its name: for development. Default false. */
  unsafeInsecureCookies: flag(false),
};
