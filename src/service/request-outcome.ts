import type { Channel, LimitName } from '../core/policy.js';
import type { Call, Failure, Subject, WithheldCause } from '../outcomes/call.js';
import type { Outcome } from '../outcomes/outcome.js';
import { pickRefusal } from '../outcomes/receipt.js';
import type { RoutedReceipt, RoutedRefusal } from '../ports.js';
import type { InvalidIdentity, RequestResult } from '../results.js';
import type { PaidMessage } from './paid-day.js';

/** What is known of a request by the time it is answered. */
export interface RequestFacts {
  /** Which call it is, and whom it is about. */
  call: Call & Subject;
  /** By the monotonic clock. */
  startedAt: number;
  channel?: Channel | undefined;
  /** The limit that a human check is asked for. */
  limit?: LimitName | undefined;
  /** Why nothing is sent. */
  withheld?: WithheldCause | undefined;
  /** Of a message that the caller waited for. */
  receipt?: RoutedReceipt | undefined;
  /** Of the ceiling for paid channels. */
  paid?: PaidMessage | undefined;
}

export type RequestAnswer = Exclude<RequestResult, InvalidIdentity>;

/** How a request for a code ended. */
export function toRequestOutcome(facts: RequestFacts, answer: RequestAnswer, durationMs: number): Outcome {
  const { channel, withheld, receipt } = facts;
  const ended = { action: 'request', durationMs, ...facts.call } as const;
  // A spread comes last: members after one cost Node 20 a microsecond each.
  switch (answer.status) {
    case 'sent': {
      const { channel, codeLength } = answer;
      if (withheld) return { event: 'code.withheld', channel, status: 'withheld', cause: withheld, ...ended };
      const status = receipt ? 'delivered' : 'queued';
      const providerId = receipt?.ok ? receipt.id : undefined;
      const { transport } = receipt ?? {};
      return { event: 'code.sent', channel, status, codeLength, transport, providerId, ...ended };
    }
    case 'blocked':
      return { event: 'code.blocked', channel, status: 'blocked', ...ended };
    case 'rate_limited':
      return { event: 'budget.reached', channel, status: 'rate_limited', limit: answer.limit, ...ended };
    case 'delivery_failed':
      return {
        event: 'delivery.failed',
        channel: channel as Channel,
        status: 'delivery_failed',
        ...pickRefusal(receipt as RoutedRefusal),
        ...ended,
      };
    case 'human_check_required':
      return { event: 'request.refused', channel, status: answer.status, limit: facts.limit, ...ended };
    default:
      return { event: 'request.refused', channel, status: answer.status, ...ended };
  }
}

/** A request that ended in an error of this service. */
export function toFailedRequest(facts: RequestFacts, status: Failure, durationMs: number): Outcome {
  const { call, channel } = facts;
  return { event: 'request.refused', action: 'request', channel, status, durationMs, ...call };
}
