import type { Channel, LimitName } from '../core/policy.js';
import type { Action, Call, Failure, Subject, TokenCause } from './call.js';
import type {
  CodeBlocked,
  CodeRefused,
  CodeSent,
  CodesLengthened,
  CodesShortened,
  CodeVerified,
  CodeWithheld,
  OfCode,
  RequestRefused,
  TestIdentityUsed,
} from './code-outcomes.js';
import type {
  BreakerChanged,
  DeliveryDelivered,
  DeliveryFailed,
  DeliveryFailing,
  DeliveryLost,
  ReleaseFailed,
} from './delivery-outcomes.js';
import type {
  RenewalFailed,
  SessionEnded,
  SessionShortened,
  TokenRefreshed,
  TokenRefused,
  TokenReused,
  TokenRevoked,
} from './token-outcomes.js';

export interface BudgetReached extends OfCode {
  event: 'budget.reached';
  action: Action;
  status: 'rate_limited';
  limit: LimitName;
  channel?: Channel | undefined;
}

/** With `dayBudgets: 'log'`: what would have been refused. */
export interface BudgetExceeded extends Call, Subject {
  event: 'budget.exceeded';
  limit: LimitName;
  channel?: Channel | undefined;
}

export interface GateAllowed extends Call, Partial<Subject> {
  event: 'gate.allowed';
  /** `public`: anyone may enter there. */
  status: 'signed_in' | 'public';
}

export interface GateRefused extends Call, Partial<Subject> {
  event: 'gate.refused';
  /** 401 or 403. */
  status: 'signed_out' | 'forbidden';
  /** `unknown_place`: the proxy did not say where the request goes; `unknown_host`: no rule speaks of that host. */
  cause: TokenCause | 'foreign_header' | 'unknown_place' | 'unknown_host';
}

/** From the file that holds them, at the start and after an edit. */
export interface GateRulesLoaded {
  event: 'gate_rules.loaded';
}

/** After an edit that is wrong, or when the file is gone: the last valid rules still hold. */
export interface GateRulesRefused {
  event: 'gate_rules.refused';
  /** In words, without identities. */
  cause: string;
}

/** What an operator does for one identity. */
export type OperatorVerb = 'status' | 'cancel' | 'unblock' | 'sign-out';

/** `rate_limited`: refused, since the identity has been unblocked too often. */
export interface OperatorActed extends Call {
  event: 'operator.acted';
  identityTag: string;
  verb: OperatorVerb;
  status: 'done' | 'rate_limited';
}

export interface CallerRefused extends Call {
  event: 'caller.refused';
  /** What the caller should have presented. */
  credential: 'api_key' | 'introspect_client';
  /** `right`: the key is known, and may not do this. */
  cause: 'missing' | 'unknown' | 'right';
}

/** The store of revocations went blind, or sees again. */
export interface RevocationsChanged {
  event: 'revocations.unknown' | 'revocations.known';
  cause?: 'refused' | 'checked_by_signature' | undefined;
}

/** Events that subscribers will not get; those of a minute are one outcome. */
export interface EventsLost {
  event: 'events.lost';
  lost: number;
  /** Of the last one, in words. */
  cause: string;
}

/** `events.failing`: they will be tried again. `events.stopped`: the subscriber wants no more. */
export interface EventsRefused {
  event: 'events.failing' | 'events.stopped';
  cause: string;
}

/** The provider of the human check did not judge a solution, so nobody passes. */
export interface HumanCheckFailing {
  event: 'human_check.failing';
  /** In words. */
  cause: string;
}

/** Told by the store itself, at most once in ten seconds for each reason. */
export interface StoreFailing {
  event: 'store.failing';
  reason: string;
}

/** What is probably a mistake in the settings, but works. */
export interface ConfigurationDoubted {
  event: 'configuration.doubted';
  warning: string;
}

/** A request that was answered with a fault of this service. */
export interface RequestFailed extends Call {
  event: 'request.failed';
  status: Failure;
  cause: string;
  at?: readonly string[] | undefined;
}

/** Everything that can happen, told apart by `event`; `outcomes/table.ts` has a row for each. */
export type Outcome =
  | CodeSent
  | CodeWithheld
  | RequestRefused
  | CodeVerified
  | CodeRefused
  | CodeBlocked
  | TestIdentityUsed
  | CodesLengthened
  | CodesShortened
  | BudgetReached
  | BudgetExceeded
  | DeliveryDelivered
  | DeliveryFailing
  | DeliveryFailed
  | DeliveryLost
  | BreakerChanged
  | ReleaseFailed
  | TokenRefreshed
  | TokenReused
  | TokenRefused
  | TokenRevoked
  | SessionEnded
  | RenewalFailed
  | SessionShortened
  | GateAllowed
  | GateRefused
  | GateRulesLoaded
  | GateRulesRefused
  | OperatorActed
  | CallerRefused
  | RevocationsChanged
  | EventsLost
  | EventsRefused
  | StoreFailing
  | ConfigurationDoubted
  | HumanCheckFailing
  | RequestFailed;

export type OutcomeEvent = Outcome['event'];
