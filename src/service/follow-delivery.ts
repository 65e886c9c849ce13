import type { Channel } from '../core/policy.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import { nameFailure, pickAccepted, pickRefusal } from '../outcomes/receipt.js';
import type { MonotonicClock, RoutedReceipt, RoutedRefusal } from '../ports.js';
import type { RequestFacts } from './request-outcome.js';

/** Reports what becomes of a message in the background, after its request has been answered. */
export function createDeliveryFollower(parts: { outcomes: Outcomes; monotonicClock: MonotonicClock }) {
  const { outcomes, monotonicClock } = parts;
  const describe = (facts: RequestFacts, channel: Channel) => ({
    ...facts.call,
    channel,
    durationMs: monotonicClock.now() - facts.startedAt,
  });
  return {
    noteRefusal(facts: RequestFacts, channel: Channel, refusal: RoutedRefusal): void {
      const refused = pickRefusal(refusal);
      outcomes.report({
        event: 'delivery.failing',
        ...describe(facts, channel),
        status: 'failing',
        ...refused,
      });
    },
    noteEnd(facts: RequestFacts, channel: Channel, receipt: RoutedReceipt): void {
      if (!receipt.ok) {
        const status = nameFailure(receipt);
        const refused = pickRefusal(receipt);
        outcomes.report({ event: 'delivery.failed', ...describe(facts, channel), status, ...refused });
      } else if (facts.withheld === undefined && outcomes.areWanted()) {
        const accepted = pickAccepted(receipt);
        outcomes.report({
          event: 'delivery.delivered',
          ...describe(facts, channel),
          status: 'delivered',
          ...accepted,
        });
      }
    },
  };
}
