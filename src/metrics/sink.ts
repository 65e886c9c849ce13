import type { Counts } from '../fast/tallies.js';
import type { Outcome } from '../outcomes/outcome.js';
import type { Sink } from '../outcomes/outcomes.js';
import { metricList } from './list.js';
import { addCounts, addGauge, type MetricsRegistry } from './registry.js';

/** For a label that the outcome does not have. */
const none = 'none';

export interface MetricsSinkParts {
  /** Names. */
  transports: readonly string[];
  deliveries: Counts;
}

/** Counts outcomes. */
export function createMetricsSink(
  registry: MetricsRegistry,
  { transports, deliveries }: MetricsSinkParts,
): Sink {
  const add = (name: keyof typeof metricList) => addCounts(registry, metricList[name]);
  const counts = {
    requests: add('requests'),
    verifies: add('verifies'),
    tokens: add('tokens'),
    gate: add('gate'),
    budgetRefused: add('budgetRefused'),
    conversion: add('conversion'),
    events: add('events'),
  };
  const openBreakers = new Map(transports.map((transport) => [transport, 0]));
  addGauge(registry, metricList.breaker, () =>
    [...openBreakers].map(([transport, isOpen]) => [isOpen, transport]),
  );

  function countAnswer(outcome: Extract<Outcome, { action?: string | undefined; status?: unknown }>): void {
    if (!('action' in outcome) || !('status' in outcome)) return;
    const { action, status, channel = none } = outcome as typeof outcome & { channel?: string };
    const limit = 'limit' in outcome ? outcome.limit : none;
    if (action === 'request') counts.requests.add(channel, status, limit);
    else if (action === 'verify') counts.verifies.add(channel, status, limit);
  }

  function countStep(
    {
      channel,
      transport,
      country = none,
    }: { channel: string; transport?: string | undefined; country?: string | undefined },
    step: 'sent' | 'verified',
  ): void {
    counts.conversion.add(channel, transport ?? none, country, step);
  }

  return {
    isOn: () => true,
    take(outcome) {
      const { event } = outcome;
      counts.events.add(event);
      countAnswer(outcome as never);
      switch (event) {
        case 'code.sent':
          if (outcome.status === 'delivered') countStep(outcome, 'sent');
          break;
        case 'delivery.delivered':
          countStep(outcome, 'sent');
          break;
        case 'code.verified':
          counts.tokens.add('issued');
          countStep(outcome, 'verified');
          break;
        case 'budget.reached':
          counts.budgetRefused.add(outcome.limit, outcome.country ?? none);
          break;
        case 'delivery.failed':
          deliveries.add(
            outcome.transport ?? none,
            outcome.channel,
            outcome.status === 'expired' ? 'expired' : 'given_up',
          );
          break;
        case 'breaker.opened':
        case 'breaker.closed':
          openBreakers.set(outcome.transport, event === 'breaker.opened' ? 1 : 0);
          break;
        case 'token.refreshed':
        case 'token.reused':
        case 'token.refused':
        case 'token.revoked':
          counts.tokens.add(event.slice('token.'.length));
          break;
        case 'session.ended':
          counts.tokens.add('ended');
          break;
        case 'gate.allowed':
        case 'gate.refused':
          counts.gate.add(outcome.status);
          break;
      }
    },
  };
}
