import { type Channel, limitPeriodSeconds } from '../core/policy.js';
import { nameFailure, pickRefusal } from '../outcomes/receipt.js';
import type { Clock, Delivery, RoutedReceipt, Store } from '../ports.js';
import type { RecordKey } from '../store-verbs.js';
import type { UnderWay } from '../under-way.js';
import type { RequestFacts } from './request-outcome.js';

export const lastSendOutcomes = [
  'queued',
  'delivered',
  'withheld',
  'failing',
  'delivery_failed',
  'expired',
] as const;

/** What became of the last send of a code, in the words of the log. */
export interface LastSend {
  /** Null when none was asked, or not yet. */
  transport: string | null;
  outcome: (typeof lastSendOutcomes)[number];
  /** Why, unless it is on its way. */
  cause: string | null;
  /** Milliseconds since 1970. */
  at: number;
}

/** A send, as `open` returned it. */
export interface Sent {
  key: RecordKey;
  recordChallenge: string;
  sendId: string;
}

/** Keeps in the store what became of sends, for operators. Never rejects: the message matters more than the note about it. */
export function createSendNotes(parts: {
  store: Pick<Store, 'note'>;
  delivery: Pick<Delivery, 'isBackground' | 'firstTransport'>;
  clock: Clock;
  underWay: Pick<UnderWay, 'add'>;
}) {
  const { store, delivery, clock, underWay } = parts;

  async function keep({ key, recordChallenge, sendId }: Sent, lastSend: Omit<LastSend, 'at'>): Promise<void> {
    const note = JSON.stringify({ ...lastSend, at: clock() });
    const request = { ...key, recordChallenge, sendId, note, keepSeconds: limitPeriodSeconds };
    const keeping = store.note?.(request);
    if (!keeping) return;
    underWay.add(keeping);
    // The next request for a code reports that the store is down.
    await keeping.catch(() => {});
  }

  return {
    /** Ids of the sends of this process that their callers are waiting for. */
    underWay: new Set<string>(),
    async noteRetry(sent: Sent, refusal: RoutedReceipt): Promise<void> {
      await keep(sent, describe('failing', refusal));
    },
    async noteEnd(sent: Sent, receipt: RoutedReceipt, { withheld }: RequestFacts): Promise<void> {
      if (withheld) await keep(sent, { transport: null, outcome: 'withheld', cause: withheld });
      else if (receipt.ok) await keep(sent, describe('delivered', receipt));
      else await keep(sent, describe(nameFailure(receipt), receipt));
    },
    /**
     * The transport that the last send of a code was delivered by; undefined where that is not known.
     *
     * @param note what the store has kept of that send; null for nothing, undefined from a store that does not say
     */
    findTransport(note: string | null | undefined, channel: Channel): string | undefined {
      if (note === undefined) return undefined;
      // If the caller waited for the send, a note is kept only when something unusual happened.
      if (note === null) return delivery.isBackground ? undefined : delivery.firstTransport(channel);
      const { outcome, transport } = JSON.parse(note) as LastSend;
      return outcome === 'delivered' ? (transport ?? undefined) : undefined;
    },
  };
}

function describe(outcome: LastSend['outcome'], receipt: RoutedReceipt): Omit<LastSend, 'at'> {
  const { transport = null } = receipt;
  return { transport, outcome, cause: receipt.ok ? null : pickRefusal(receipt).cause };
}
