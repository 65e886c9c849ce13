import type { Delivery, Receipt, Transport } from '../ports.js';

export interface DeliveryOptions {
  /** The first one that serves a channel delivers it. */
  transports: readonly Transport[];
  /** Limit on one send. */
  timeoutMs: number;
}

/** Hands each message to the transport of its channel and waits no longer than it may. */
export function createDelivery({ transports, timeoutMs }: DeliveryOptions): Delivery {
  const find = (channel: string) =>
    transports.find((transport) => transport.channels.some((c) => c === channel));
  return {
    serves: (channel) => find(channel) !== undefined,
    async send(message) {
      const transport = find(message.channel);
      if (!transport) return createRefusal('unavailable', `no transport serves ${message.channel}`);
      const controller = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<Receipt>((resolve) => {
        timer = setTimeout(() => {
          resolve(createRefusal('timeout', `no answer in ${timeoutMs} ms`));
          controller.abort();
        }, timeoutMs);
      });
      try {
        return await Promise.race([transport.send(message, { signal: controller.signal }), timeout]);
      } catch (error) {
        // The name alone: a provider's words may hold the recipient.
        return createRefusal('unknown', `threw ${error instanceof Error ? error.name : typeof error}`);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      await Promise.all(transports.map((transport) => transport.close?.()));
    },
  };
}

function createRefusal(category: 'unavailable' | 'timeout' | 'unknown', detail: string): Receipt {
  return { ok: false, category, retryable: true, detail };
}
