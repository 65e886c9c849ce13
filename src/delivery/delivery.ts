import type { DeliveryMode } from '../core/policy.js';
import type { Delivery, DeliverySlot } from '../ports.js';
import { type Discretion, isGivenBack } from './discretion.js';
import { createQueue } from './queue.js';
import { createRouter, type RouteOptions } from './route.js';

export interface DeliveryOptions extends RouteOptions {
  mode: DeliveryMode;
  /** Maximum number of messages in the background. */
  queueMax: number;
  /** Set if some people are sent nothing; background only. */
  discretion?: Discretion | undefined;
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { transports, mode, queueMax, discretion, clock, outcomes } = options;
  const router = createRouter(options);
  const queue = createQueue({ router, maxMessages: queueMax, clock, discretion });
  const isBackground = mode === 'background';

  const directSlot: DeliverySlot = {
    send(message, options) {
      return options?.isMuted ? Promise.resolve({ ok: true }) : router.send(message);
    },
  };

  return {
    isBackground,
    serves: router.serves,
    firstTransport: router.firstTransport,
    givesBack: (refusal) => isGivenBack(refusal, discretion),
    reserve: (channel) => (isBackground ? queue.reserve(channel) : directSlot),
    count: queue.count,
    async close(graceMs) {
      const lost = isBackground ? await queue.drain(graceMs) : 0;
      if (lost > 0) outcomes.report({ event: 'delivery.lost', lost });
      const closing = transports.map(async (transport) => transport.close?.());
      await Promise.allSettled(closing);
      // Rejects with the first error.
      await Promise.all(closing);
    },
  };
}
