import type { Delivery, Random } from '../ports.js';

export interface DiscreetOptions {
  /** The latest moment at which a message goes out; the earliest is a tenth of it. 0 is at once. */
  spreadMs: number;
  random: Random;
}

/**
 * Where some people are sent nothing, nobody who asks may learn from the outside whether a message went out:
 * - It goes out at a random moment after the answer. Sent at once, the work would slow the answer, and the next one.
 * - A refusal gives no send back. Who is sent nothing is never refused, and would be out of sends sooner.
 */
export function createDiscreetDelivery(delivery: Delivery, { spreadMs, random }: DiscreetOptions): Delivery {
  function chooseDelayMs(): number {
    const share = Buffer.from(random.bytes(4)).readUInt32BE() / 2 ** 32;
    return spreadMs * (0.1 + 0.9 * share);
  }

  return {
    ...delivery,
    async send(message) {
      if (spreadMs > 0) await new Promise((resolve) => setTimeout(resolve, chooseDelayMs()));
      const receipt = await delivery.send(message);
      if (receipt.ok) return receipt;
      // The one category of which nothing is given back; the log still says what happened.
      return { ...receipt, category: 'unknown', detail: `${receipt.category}: ${receipt.detail}` };
    },
  };
}
