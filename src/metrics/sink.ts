import type { Channel } from '../core/policy.js';
import type { Counts } from '../fast/tallies.js';
import type { Action } from '../outcomes/call.js';
import type { Sink } from '../outcomes/outcomes.js';
import type { Transport } from '../ports.js';
import { metricList } from './list.js';
import { addCounts, addGauge, type MetricsRegistry } from './registry.js';

/** The value of a label that the outcome lacks. */
const none = 'none';

/** Members that some outcomes have. */
interface Members {
  event: string;
  action?: Action | undefined;
  status?: string | undefined;
  channel?: string | undefined;
  limit?: string | undefined;
}

interface Step {
  channel: Channel;
  transport?: string | undefined;
  country?: string | undefined;
}

export function createMetricsSink(
  registry: MetricsRegistry,
  transports: readonly Transport[],
  deliveries: Counts,
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
  const openBreakers = new Map(transports.map(({ name }) => [name, 0]));
  addGauge(registry, metricList.breaker, () =>
    [...openBreakers].map(([transport, isOpen]) => [isOpen, transport]),
  );

  let longCodesCause = '';
  addGauge(registry, metricList.longCodes, () =>
    ['unused', 'growth'].map((cause) => [cause === longCodesCause ? 1 : 0, cause]),
  );

  /** Each call has one outcome with an action and a status: its answer. */
  function countAnswer({ action, status, channel = none, limit = none }: Members): void {
    if (status === undefined) return;
    if (action === 'request') counts.requests.add(channel, status, limit);
    else if (action === 'verify') counts.verifies.add(channel, status, limit);
  }

  /** Some stores do not keep which transport sent a code. It is still known if the channel has only one. */
  function findOnlyTransport(channel: Channel): string {
    const [first, second] = transports.filter(({ channels }) => channels.includes(channel));
    return first && !second ? first.name : none;
  }

  function countStep({ channel, transport, country = none }: Step, step: 'sent' | 'verified'): void {
    counts.conversion.add(channel, transport ?? findOnlyTransport(channel), country, step);
  }

  return {
    isOn: () => true,
    take(outcome) {
      const { event } = outcome;
      counts.events.add(event);
      countAnswer(outcome);
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
        case 'codes.lengthened':
          if (outcome.cause !== 'guesses') longCodesCause = outcome.cause;
          break;
        case 'codes.shortened':
          longCodesCause = '';
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
