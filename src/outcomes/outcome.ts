import type { Unsupported } from '../core/channels.js';
import type { ExpiredCause } from '../core/expired-cause.js';
import type { Channel, LimitName } from '../core/policy.js';
import type { Action, Call, Failure, Subject, TokenCause, TokenKind, WithheldCause } from './call.js';
import type {
  Answered,
  BreakerChanged,
  DeliveryDelivered,
  DeliveryFailed,
  DeliveryFailing,
  DeliveryLost,
  ReleaseFailed,
  Timed,
  ToChannel,
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

interface OfCode extends Call, Subject, Timed {}

export interface CodeSent extends OfCode, ToChannel, Answered {
  event: 'code.sent';
  action: 'request';
  /** `delivered` to the provider, or `queued`: then `delivery.…` follows with the same request id. */
  status: 'delivered' | 'queued';
  codeLength: number;
}

export interface CodeWithheld extends OfCode, ToChannel {
  event: 'code.withheld';
  action: 'request';
  status: 'withheld';
  cause: WithheldCause;
}

export interface RequestRefused extends Call, Partial<Subject>, Timed {
  event: 'request.refused';
  action: 'request';
  status: 'pending' | 'expired' | Unsupported | 'invalid_identity' | 'human_check_required' | Failure;
  /** With `human_check_required`: the limit that asks for it. */
  limit?: LimitName | undefined;
  channel?: Channel | undefined;
  cause?: string | undefined;
}

export interface CodeVerified extends OfCode, ToChannel {
  event: 'code.verified';
  action: 'verify';
  status: 'valid';
  /** What was issued: `access` alone, `refresh` with a refresh token, `session` for a cookie; undefined where no tokens are. */
  issued: TokenKind | undefined;
}

export interface CodeRefused extends Call, Partial<Subject>, Timed {
  event: 'code.refused';
  action: 'verify';
  channel?: Channel | undefined;
  status: 'invalid' | 'expired' | 'invalid_identity' | Failure;
  /** `wrong` and `malformed` with `invalid`. */
  cause?: 'wrong' | 'malformed' | ExpiredCause | undefined;
  attemptsLeft?: number | undefined;
  usedSecondsAgo?: number | undefined;
}

export interface CodeBlocked extends OfCode {
  event: 'code.blocked';
  action: Action;
  status: 'blocked';
  channel?: Channel | undefined;
}

/** A test identity, whose code never changes, was asked for or verified. */
export interface TestIdentityUsed extends Call, Subject {
  event: 'test_identity.used';
  action: Action;
}

/** Many wrong guesses have made the codes of an identity longer. */
export interface CodesLengthened extends Call, Subject {
  event: 'codes.lengthened';
  codeLength: number;
}

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
