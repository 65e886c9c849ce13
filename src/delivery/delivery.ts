import type { Channel } from '../core/policy.js';
import type { Clock, Delivery, Logger, Transport } from '../ports.js';
import { createQueue } from './queue.js';
import { createRouter } from './route.js';

export interface DeliveryOptions {
  transports: readonly Transport[];
  routes?: Partial<Record<Channel, readonly string[]>> | undefined;
  timeoutMs: number;
  /** `direct`: an answer waits for the provider. `background`: it does not. */
  mode: 'direct' | 'background';
  /** Most messages in the background at once. */
  queueMax: number;
  clock: Clock;
  logger: Logger;
}

/** Brings messages to people by their routes, while the caller waits or in the background. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { transports, mode, queueMax, clock, logger } = options;
  const router = createRouter(options);
  const queue = createQueue({ router, maxMessages: queueMax, clock });
  const isBackground = mode === 'background';
  return {
    isBackground,
    serves: router.serves,
    reserve: () => !isBackground || queue.reserve(),
    cancel: () => isBackground && queue.cancel(),
    send: isBackground ? queue.send : router.send,
    async close(graceMs) {
      const lost = isBackground ? await queue.drain(graceMs) : 0;
      if (lost > 0) logger.error({ lost }, 'messages were lost at shutdown');
      await Promise.all(transports.map((transport) => transport.close?.()));
    },
  };
}
