import type { Channel, DeliveryMode } from '../core/policy.js';
import { isDefinite } from '../core/refusal.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type {
  Delivery,
  DeliveryReceipt,
  DeliverySlot,
  MonotonicClock,
  RoutedReceipt,
  Transport,
} from '../ports.js';
import type { Discretion } from './discretion.js';
import { createQueue } from './queue.js';
import { createRouter, type RouteOptions } from './route.js';

export interface DeliveryOptions {
  transports: readonly Transport[];
  routes?: Partial<Record<Channel, readonly string[]>> | undefined;
  timeoutMs: number;
  mode: DeliveryMode;
  /** Maximum number of messages in the background. */
  queueMax: number;
  /** Set if some people are sent nothing; background only. */
  discretion?: Discretion | undefined;
  clock: MonotonicClock;
  outcomes: Outcomes;
  noteTry?: RouteOptions['noteTry'];
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { transports, mode, queueMax, discretion, clock, outcomes } = options;
  const router = createRouter(options);
  const queue = createQueue({ router, maxMessages: queueMax, clock, discretion });
  const isBackground = mode === 'background';

  function judge(receipt: RoutedReceipt): DeliveryReceipt {
    if (receipt.ok) return receipt;
    return { ...receipt, isSendGivenBack: discretion === undefined && isDefinite(receipt.category) };
  }

  const directSlot: DeliverySlot = {
    send: async (message, { isMuted = false } = {}) =>
      isMuted ? { ok: true } : judge(await router.send(message)),
    release() {},
  };

  return {
    isBackground,
    serves: router.serves,
    firstTransport: router.firstTransport,
    reserve(channel) {
      if (!isBackground) return directSlot;
      const slot = queue.reserve(channel);
      return slot && { ...slot, send: (message, options) => slot.send(message, options).then(judge) };
    },
    count: queue.count,
    async close(graceMs) {
      const lost = isBackground ? await queue.drain(graceMs) : 0;
      if (lost > 0) outcomes.report({ event: 'delivery.lost', lost });
      await Promise.all(transports.map((transport) => transport.close?.()));
    },
  };
}
