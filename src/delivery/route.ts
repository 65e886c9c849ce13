import { type Channel, channels } from '../core/policy.js';
import { createRefusal, faultOf, isDefinite, isRefusal } from '../core/refusal.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type { Message, MonotonicClock, Receipt, RoutedReceipt, RoutedRefusal, Transport } from '../ports.js';
import { createBreaker } from './breaker.js';
import { createDeadlines, type Expiring } from './deadlines.js';
import { createGuardedController } from './guarded-signal.js';
import { quoteRefusal, quoteThrown, showId } from './quote.js';

export interface RouteOptions {
  transports: readonly Transport[];
  /** Names of transports by channel, in order of preference. Default: all that serve the channel, as listed. */
  routes?: Partial<Record<Channel, readonly string[]>> | undefined;
  /** Timeout of one message, across all its transports. */
  timeoutMs: number;
  clock: MonotonicClock;
  outcomes: Outcomes;
  /** Called with what each transport answered. */
  noteTry?: ((transport: string, channel: Channel, receipt: Receipt, durationMs: number) => void) | undefined;
}

export type Router = ReturnType<typeof createRouter>;

/** The outcome of a message that was not tried, because every transport of its channel is down. */
export const noTransportUp = createRefusal('unavailable', 'no transport is up', {
  cause: 'every transport of the channel is down: see breaker.opened',
});

/**
 * Tries the transports of a channel in order. Continues only after a definite refusal that is not the recipient's fault:
 * after an unknown outcome, the next provider might deliver the message a second time.
 *
 * @throws RangeError as `checkRoutes` does
 */
export function createRouter(options: RouteOptions) {
  const { transports, routes = {}, timeoutMs, clock, outcomes, noteTry } = options;
  checkRoutes(transports, routes);
  const guarded = transports.map((transport) => ({
    transport,
    name: transport.name,
    breaker: createBreaker(clock, (isOpen, receipt) =>
      outcomes.report({
        event: isOpen ? 'breaker.opened' : 'breaker.closed',
        transport: transport.name,
        cause: receipt.ok ? undefined : (receipt.cause ?? receipt.detail),
      }),
    ),
  }));
  const findAll = (channel: Channel) => {
    const names = routes[channel];
    if (!names) return guarded.filter(({ transport }) => transport.channels.includes(channel));
    return names.flatMap((name) => guarded.filter(({ transport }) => transport.name === name));
  };
  const found = new Map(channels.map((channel) => [channel, findAll(channel)]));
  const deadlines = createDeadlines(clock);

  async function sendBy(transport: Transport, message: Message, sending: Sending): Promise<Receipt> {
    deadlines.add(sending);
    try {
      const receipt = await new Promise<Receipt>((resolve, reject) => {
        sending.resolve = resolve;
        // A copy, since third-party transports may change it.
        transport.send({ ...message }, sending).then(resolve, reject);
      });
      // Third-party transports may return anything.
      if (receipt?.ok === true) {
        return { ok: true, id: receipt.id === undefined ? undefined : showId(receipt.id, message) };
      }
      return isRefusal(receipt)
        ? quoteRefusal(receipt, message)
        : createRefusal('unknown', 'returned no receipt');
    } catch (error) {
      return quoteThrown(error, message);
    } finally {
      deadlines.remove(sending);
    }
  }

  return {
    /** The name of the transport that is asked first. */
    firstTransport: (channel: Channel) => found.get(channel)?.[0]?.transport.name,
    serves: (channel: Channel) => (found.get(channel) ?? []).length > 0,
    /** Whether any transport of the channel takes more than probes. */
    isUp: (channel: Channel) => (found.get(channel) ?? []).some(({ breaker }) => !breaker.isOpen),
    /** Never rejects, and respects the timeout. */
    async send(message: Message): Promise<RoutedReceipt> {
      let triedAt = clock.now();
      let leftMs = timeoutMs;
      let last: RoutedRefusal = noTransportUp;
      for (const { transport, name, breaker } of found.get(message.channel) ?? []) {
        if (breaker.isOpen && !breaker.takeProbe(message)) continue;
        const receipt = await sendBy(transport, message, new Sending(triedAt + leftMs, leftMs));
        breaker.record(message, receipt);
        noteTry?.(name, message.channel, receipt, clock.now() - triedAt);
        if (receipt.ok) return { ok: true, id: receipt.id, transport: name };
        last = { ...receipt, transport: name };
        const now = clock.now();
        leftMs -= now - triedAt;
        triedAt = now;
        if (!isDefinite(receipt.category) || faultOf(receipt) === 'recipient' || leftMs <= 0) break;
      }
      return last;
    },
  };
}

/**
 * One message under way, and the options of its transport. The signal is created on first use: not every transport needs
 * one. A class, since V8 gives every object literal with a getter its own hidden class, which outlives the object.
 */
class Sending implements Expiring {
  readonly endsAt: number;
  readonly leftMs: number;
  resolve: ((receipt: Receipt) => void) | undefined;
  #controller: AbortController | undefined;

  constructor(endsAt: number, leftMs: number) {
    this.endsAt = endsAt;
    this.leftMs = leftMs;
  }

  get signal(): AbortSignal {
    this.#controller ??= createGuardedController();
    return this.#controller.signal;
  }

  expire(): void {
    const cause =
      'the transport did not answer in time (DELIVERY_TIMEOUT_MS): the message may have been sent';
    this.resolve?.(createRefusal('timeout', `no answer in ${Math.round(this.leftMs)} ms`, { cause }));
    this.#controller ??= createGuardedController();
    this.#controller.abort();
  }
}

/** @throws RangeError for a route that names an unknown transport, or one that does not serve the channel */
export function checkRoutes(transports: readonly Transport[], routes: NonNullable<RouteOptions['routes']>) {
  for (const [channel, names] of Object.entries(routes)) {
    for (const name of names) {
      const found = transports.find((transport) => transport.name === name);
      if (!found) {
        const known = transports.map((transport) => transport.name).join(', ');
        throw new RangeError(`routes: ${name} is not a transport that serves ${channel}; there are ${known}`);
      }
      if (!found.channels.some((served) => served === channel)) {
        throw new RangeError(
          `routes: ${name} does not serve ${channel}; it serves ${found.channels.join(', ')}`,
        );
      }
    }
  }
}
