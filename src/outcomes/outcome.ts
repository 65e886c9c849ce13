import type { ExpiredCause } from '../core/expired-cause.js';
import type { Channel, LimitName } from '../core/policy.js';
import type { Fault, RefusalCategory } from '../core/refusal.js';

/** The call that an outcome belongs to. */
export interface Call {
  /** Of the HTTP request, or as the caller of the library names it. */
  requestId?: string | null | undefined;
  /** The name of the API key that was presented. */
  caller?: string | null | undefined;
  /** The caller's network address. Sinks that keep outcomes get only its network. */
  ip?: string | null | undefined;
}

/** Whom an outcome is about. */
export interface Subject {
  /** The keyed tag of the identity; logged are its first ten characters. */
  identityTag: string;
  purpose: string;
  /** ISO 3166-1 alpha-2, of a phone number; only where a sink reads it. */
  country?: string | undefined;
}

/** What was asked for; its answer is one outcome. */
export type Action = 'request' | 'verify';

/** Why nothing was sent though the caller was answered `sent`. */
export type WithheldCause = 'not_allowed' | 'test_identity';

/** Why a token is refused. The wire never says. */
export type TokenCause =
  | 'missing'
  | 'malformed'
  | 'signature'
  | 'expired'
  | 'revoked'
  | 'reused'
  | 'ended'
  | 'other_service'
  | 'purpose'
  | 'not_allowed'
  | 'store_unavailable';

/** What a token is: presented as a bearer token or in a cookie, or exchanged for the next one. */
export type TokenKind = 'access' | 'refresh' | 'session';

/** Errors of this service's own. */
export type Failure = 'overloaded' | 'store_unavailable' | 'internal';

interface Timed {
  durationMs?: number | undefined;
}

/** What a provider or its transport said. */
export interface Answered {
  /** Undefined when none was tried. */
  transport?: string | undefined;
  /** The provider's id of the message. */
  providerId?: string | undefined;
}

/** Why a message was not accepted. */
export interface Refused {
  category: RefusalCategory;
  fault: Fault;
  /** In words. */
  cause: string;
  /** The codes of the answer, such as `HTTP 400 21211`. */
  detail: string;
}

interface ToChannel {
  channel: Channel;
}

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
  status: 'pending' | 'expired' | 'unsupported_channel' | 'invalid_identity' | Failure;
  channel?: Channel | undefined;
  cause?: string | undefined;
}

export interface CodeVerified extends OfCode, ToChannel {
  event: 'code.verified';
  action: 'verify';
  status: 'valid';
  /** What was issued: `access` alone, `refresh` with a refresh token, `session` for a cookie. */
  issued: TokenKind;
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

interface OfDelivery extends Call, Subject, ToChannel, Answered, Timed {}

/** In the background only; otherwise `code.sent` says it. */
export interface DeliveryDelivered extends OfDelivery {
  event: 'delivery.delivered';
  status: 'delivered';
}

/** A message in the background will be tried again. Reported at once and then in growing intervals. */
export interface DeliveryFailing extends OfDelivery, Refused {
  event: 'delivery.failing';
  status: 'failing';
}

/** Given up, possibly because its code `expired` in the queue. The answer to a request that waited has `action`. */
export interface DeliveryFailed extends OfDelivery, Refused {
  event: 'delivery.failed';
  action?: 'request' | undefined;
  status: 'delivery_failed' | 'expired';
}

export interface DeliveryLost {
  event: 'delivery.lost';
  lost: number;
}

export interface BreakerChanged {
  event: 'breaker.opened' | 'breaker.closed';
  transport: string;
  cause?: string | undefined;
}

/** A refused send could not be given back to its limit. */
export interface ReleaseFailed extends Call, Subject {
  event: 'release.failed';
  cause: string;
}

interface OfToken extends Call, Partial<Subject> {
  kind: TokenKind;
}

/** The next refresh token, or a renewed session. */
export interface TokenRefreshed extends OfToken {
  event: 'token.refreshed';
}

/** A refresh token or session cookie of which there are two copies: their sign-in has ended. */
export interface TokenReused extends OfToken {
  event: 'token.reused';
}

export interface TokenRefused extends OfToken {
  event: 'token.refused';
  cause: TokenCause;
}

/** An access token that belongs to no session. */
export interface TokenRevoked extends OfToken {
  event: 'token.revoked';
}

/** A sign-in: its refresh tokens or its session. */
export interface SessionEnded extends OfToken {
  event: 'session.ended';
  /** `everywhere`: every sign-in of this identity until now. */
  cause: 'revoked' | 'not_allowed' | 'everywhere';
}

export interface RenewalFailed extends OfToken {
  event: 'renewal.failed';
  cause: string;
}

/** A sign-in that ends with its access token, since the store could not keep a refresh token or session. */
export interface SessionShortened extends OfToken {
  event: 'session.shortened';
  cause: 'store_unavailable';
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
  | RequestFailed;

export type OutcomeEvent = Outcome['event'];
