import type { Call, Failure, Subject, TokenCause } from './call.js';
import type { CodeOutcome } from './code-outcomes.js';
import type { DeliveryOutcome } from './delivery-outcomes.js';
import type { TokenOutcome } from './token-outcomes.js';

interface GateAllowed extends Call, Partial<Subject> {
  event: 'gate.allowed';
  /** `public`: anyone may enter there. */
  status: 'signed_in' | 'public';
}

export interface GateRefused extends Call, Partial<Subject> {
  event: 'gate.refused';
  /** 401 or 403. */
  status: 'signed_out' | 'forbidden';
  /** `unknown_place`: the proxy did not say where the request goes; `unknown_host`: no rule names that host. */
  cause: TokenCause | 'foreign_header' | 'unknown_place' | 'unknown_host';
}

/** What an operator does for one identity. */
export type OperatorVerb = 'status' | 'cancel' | 'unblock' | 'sign-out';

interface OperatorActed extends Call {
  event: 'operator.acted';
  identityTag: string;
  verb: OperatorVerb;
  /** `rate_limited`: refused, since the identity has been unblocked too often. */
  status: 'done' | 'rate_limited';
}

interface CallerRefused extends Call {
  event: 'caller.refused';
  /** What the caller should have presented. */
  credential: 'api_key' | 'introspect_client';
  /** `right`: the key is known, and may not do this. */
  cause: 'missing' | 'unknown' | 'right';
}

/** A request that was answered with a fault of this service. */
interface RequestFailed extends Call {
  event: 'request.failed';
  status: Failure;
  cause: string;
  at?: readonly string[] | undefined;
}

/** What belongs to no request. Causes are in words, without identities. */
type ServiceOutcome =
  /** Read from the file that holds them, at the start and after an edit. */
  | { event: 'gate_rules.loaded' }
  /** After an edit that is wrong, or when the file is gone: the last valid rules still hold. */
  | { event: 'gate_rules.refused'; cause: string }
  /** The store of revocations went blind, or sees again. */
  | {
      event: 'revocations.unknown' | 'revocations.known';
      cause?: 'refused' | 'checked_by_signature' | undefined;
    }
  /** Events that subscribers will not get, with the cause of the last one; those of a minute are one outcome. */
  | { event: 'events.lost'; lost: number; cause: string }
  /** `events.failing`: they will be tried again. `events.stopped`: the subscriber wants no more. */
  | { event: 'events.failing' | 'events.stopped'; cause: string }
  /** The provider of the human check did not judge a solution, so nobody passes. */
  | { event: 'human_check.failing'; cause: string }
  /** Told by the store itself, at most once in ten seconds for each reason. */
  | { event: 'store.failing'; reason: string }
  /** What is probably a mistake in the settings, but works. */
  | { event: 'configuration.doubted'; warning: string };

/** Everything that can happen, told apart by `event`; `outcomes/table.ts` has a row for each. */
export type Outcome =
  | CodeOutcome
  | DeliveryOutcome
  | TokenOutcome
  | GateAllowed
  | GateRefused
  | OperatorActed
  | CallerRefused
  | RequestFailed
  | ServiceOutcome;

export type OutcomeEvent = Outcome['event'];
