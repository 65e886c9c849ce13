import type { Unsupported } from '../core/channels.js';
import type { ExpiredCause } from '../core/expired-cause.js';
import type { Channel, LimitName } from '../core/policy.js';
import type { Action, Call, Failure, Subject, TokenKind, WithheldCause } from './call.js';
import type { Answered, Timed, ToChannel } from './delivery-outcomes.js';

interface OfCode extends Call, Subject, Timed {}

interface CodeSent extends OfCode, ToChannel, Answered {
  event: 'code.sent';
  action: 'request';
  /** `delivered` to the provider, or `queued`: then `delivery.…` follows with the same request id. */
  status: 'delivered' | 'queued';
  codeLength: number;
}

interface CodeWithheld extends OfCode, ToChannel {
  event: 'code.withheld';
  action: 'request';
  status: 'withheld';
  cause: WithheldCause;
}

interface RequestRefused extends Call, Partial<Subject>, Timed {
  event: 'request.refused';
  action: 'request';
  status: 'pending' | 'expired' | Unsupported | 'invalid_identity' | 'human_check_required' | Failure;
  /** With `human_check_required`: the limit that asks for it. */
  limit?: LimitName | undefined;
  channel?: Channel | undefined;
  cause?: string | undefined;
}

interface CodeVerified extends OfCode, ToChannel {
  event: 'code.verified';
  action: 'verify';
  status: 'valid';
  /** The one that delivered the code, where that is known. */
  transport?: string | undefined;
  /** What was issued: `access` alone, `refresh` with a refresh token, `session` for a cookie; undefined where no tokens are. */
  issued: TokenKind | undefined;
}

interface CodeRefused extends Call, Partial<Subject>, Timed {
  event: 'code.refused';
  action: 'verify';
  channel?: Channel | undefined;
  status: 'invalid' | 'expired' | 'invalid_identity' | Failure;
  /** `wrong` and `malformed` with `invalid`. */
  cause?: 'wrong' | 'malformed' | ExpiredCause | undefined;
  attemptsLeft?: number | undefined;
  usedSecondsAgo?: number | undefined;
}

interface CodeBlocked extends OfCode {
  event: 'code.blocked';
  action: Action;
  status: 'blocked';
  channel?: Channel | undefined;
}

/** A test identity, whose code never changes, was asked for or verified. */
interface TestIdentityUsed extends Call, Subject {
  event: 'test_identity.used';
  action: Action;
}

/** New codes are long. */
interface CodesLengthened extends Call, Partial<Subject> {
  event: 'codes.lengthened';
  /**
   * `guesses`: those of one identity, after wrong guesses. The others: those of all unknown browsers, since the attempts of an
   * hour are used up. `unused`: by codes that nobody has used, an attack. `growth`: by sign-ins.
   */
  cause: 'guesses' | 'unused' | 'growth';
  codeLength?: number | undefined;
  /** Made for unknown browsers within about an hour, in this process. */
  codes?: number | undefined;
  /** How many of these were used. */
  used?: number | undefined;
}

/** The codes of unknown browsers are short again. */
interface CodesShortened {
  event: 'codes.shortened';
  /** Long ones that this process has made meanwhile. */
  codes: number;
}

interface BudgetReached extends OfCode {
  event: 'budget.reached';
  action: Action;
  status: 'rate_limited';
  limit: LimitName;
  channel?: Channel | undefined;
}

/** With `dayBudgets: 'log'`: what would have been refused. */
interface BudgetExceeded extends Call, Subject {
  event: 'budget.exceeded';
  limit: LimitName;
  channel?: Channel | undefined;
}

export type CodeOutcome =
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
  | BudgetExceeded;
