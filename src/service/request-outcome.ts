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
  const call = { ...facts.call, channel, durationMs, action: 'request' } as const;
  switch (answer.status) {
    case 'sent': {
      const { channel, codeLength } = answer;
      if (withheld) return { ...call, event: 'code.withheld', channel, status: 'withheld', cause: withheld };
      const status = receipt ? 'delivered' : 'queued';
      const providerId = receipt?.ok ? receipt.id : undefined;
      const { transport } = receipt ?? {};
      return { ...call, event: 'code.sent', channel, status, codeLength, transport, providerId };
    }
    case 'blocked':
      return { ...call, event: 'code.blocked', status: 'blocked' };
    case 'rate_limited':
      return { ...call, event: 'budget.reached', status: 'rate_limited', limit: answer.limit };
    case 'delivery_failed':
      return {
        ...call,
        event: 'delivery.failed',
        channel: channel as Channel,
        status: 'delivery_failed',
        ...pickRefusal(receipt as RoutedRefusal),
      };
    case 'human_check_required':
      return { ...call, event: 'request.refused', status: answer.status, limit: facts.limit };
    default:
      return { ...call, event: 'request.refused', status: answer.status };
  }
}

/** A request that ended in an error of this service. */
export function toFailedRequest(facts: RequestFacts, status: Failure, durationMs: number): Outcome {
  const { call, channel } = facts;
  return { event: 'request.refused', action: 'request', ...call, channel, status, durationMs };
}
