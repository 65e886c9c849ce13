import type { Unsupported } from './core/channels.js';
import type { HumanCheckChallenge } from './core/human-check.js';
import type { Channel, LimitName } from './core/policy.js';
import type { RefusalCategory } from './core/refusal.js';

export interface RateLimited {
  status: 'rate_limited';
  /** Which limit was reached. */
  limit: LimitName;
  retryAfterSeconds: number;
}

export interface Sent {
  status: 'sent';
  channel: Channel;
  /** Remaining life of the code. */
  ttlSeconds: number;
  /** Time until the next send is possible. */
  resendInSeconds: number;
  /** Digits of the code; more than usual after many wrong guesses. */
  codeLength: number;
  /** Present for a code in base32, whose `codeLength` is that without dashes. Default: digits. */
  codeAlphabet?: 'base32';
  /** Id of a bound challenge, needed to verify and to resend. Each result may hold a new one. */
  challenge?: string;
}

/** The same request goes through with the solution as `humanCheck`. Only callers that pass `humanCheck` are asked. */
export interface HumanCheckRequired {
  status: 'human_check_required';
  humanCheck: HumanCheckChallenge;
  /** Until the request goes through without. */
  retryAfterSeconds: number;
}

export interface InvalidIdentity {
  status: 'invalid_identity';
  /** The digits are a valid number both with and without the default country's calling code: start with `+` or `0`. */
  isAmbiguous?: true;
}

/** Result of `request`. */
export type RequestResult =
  | Sent
  /** A code is pending and the policy does not send another. */
  | { status: 'pending'; retryAfterSeconds: number }
  /** The pending code is out of attempts. */
  | { status: 'blocked'; retryAfterSeconds: number }
  /** The challenge to resend is unknown or has expired. */
  | { status: 'expired' }
  | RateLimited
  | HumanCheckRequired
  | { status: 'delivery_failed'; category: RefusalCategory }
  /** Nothing was counted. */
  | { status: Unsupported }
  | InvalidIdentity;

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
  /** Valid for one refresh. Present where refresh tokens are enabled. */
  refreshToken?: string;
  /** Until the person has to sign in again. */
  refreshExpiresInSeconds?: number;
}

/** A right code, where no access tokens are issued. */
export interface Verified {
  status: 'valid';
  /** The canonical identity, the `sub` of the token where there is one. */
  identity: string;
  purpose: string;
  /**
   * Makes the caller's browser a known one: give it to later calls for this identity. Present with `remember`, or when the
   * call had a valid `device`, which this one replaces.
   */
  device?: string;
}

export interface Valid extends Verified, IssuedToken {
  tokenType: 'bearer';
}

/** Result of `verify`. */
export type VerifyResult<Success extends Verified = Valid> =
  | Success
  /** Wrong code. `attemptsLeft` is null when the input cannot be a code; nothing was counted then. */
  | { status: 'invalid'; attemptsLeft: number | null }
  /** No code is pending: none was requested, or it was used, replaced or has expired. */
  | { status: 'expired' }
  | { status: 'blocked'; retryAfterSeconds: number }
  | RateLimited
  | InvalidIdentity;

/** Null and the empty string count as omitted, except for `ip` and `humanCheck`. */
export interface CallOptions {
  /** What the code is for, one of the configured purposes. Default: the first of them. */
  purpose?: string | null | undefined;
  /** Id of the bound challenge to send again, or whose code is verified. */
  challenge?: string | null | undefined;
  /**
   * What `verify` returned as `device` to this browser. Calls of known browsers have budgets of their own, which strangers
   * cannot use up. One that is invalid, has expired or is of another identity is ignored.
   */
  device?: string | null | undefined;
  /**
   * The caller's network address, for the address limit. Omitted: not limited by address. Undefined, null or empty: an
   * unknown address; all of those share one budget.
   */
  ip?: string | null | undefined;
  /**
   * Names this call in the log and at providers that take a reference: 1 to 128 of `A-Z a-z 0-9 . _ -`. Anything else is
   * replaced. Default: a random one.
   */
  requestId?: string | null | undefined;
  /** Name of the calling program, for the log: 1 to 64 of `A-Z a-z 0-9 . _ -`. Anything else is dropped. */
  caller?: string | null | undefined;
}

export interface RequestOptions extends CallOptions {
  /** Default: the first that has a transport and reaches the identity: email; sms, whatsapp or voice; custom. */
  channel?: Channel | null | undefined;
  /**
   * Make a code that can only be verified together with the challenge in the result. Anyone who knows the identity can use
   * up the attempts of any other code. Default: with a `device`.
   */
  bind?: boolean | null | undefined;
  /** The language of the message, BCP 47 or an Accept-Language list. Unknown languages fall back to the default. */
  locale?: string | null | undefined;
  /**
   * The solution of a human check, or null for a caller that can solve one. Omitted, undefined or empty: it cannot, and is
   * never asked.
   */
  humanCheck?: string | null | undefined;
  /**
   * Lift the limits over a day of addresses, networks, prefixes and countries, and open the last quarter of `paidDayMax`: for
   * messages that your own program decides to send. Default false.
   */
  unguarded?: boolean | undefined;
  /** Add a link to an e-mail, where links are enabled. Only the sign-in page can follow it. */
  link?: boolean | undefined;
}

export interface VerifyOptions extends CallOptions {
  /** The token is for a browser's cookie: renewed while in use, instead of a refresh token. Default false. */
  session?: boolean | undefined;
  /** Return a `device`, by which the browser is known later. Default false. */
  remember?: boolean | null | undefined;
}
