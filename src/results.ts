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
  /** Life left of the code. */
  ttlSeconds: number;
  /** Time until the next request could be sent. */
  resendInSeconds: number;
  /** Digits of the code; more than usual for an identity that has been guessed at. */
  codeLength: number;
  /** The id of a bound challenge, needed to verify and to resend. Each answer may hold a new one. */
  challenge?: string;
}

export interface InvalidIdentity {
  status: 'invalid_identity';
  /** The digits are two valid numbers, with and without the code of the default country: `+` or `0` has to come first. */
  isAmbiguous?: true;
}

/** What `request` answers. */
export type RequestResult =
  | Sent
  /** A code is pending and the policy is not to send another. */
  | { status: 'pending'; retryAfterSeconds: number }
  /** The pending code is out of attempts. */
  | { status: 'blocked'; retryAfterSeconds: number }
  /** The challenge to resend is unknown or has ended. */
  | { status: 'expired' }
  | RateLimited
  | { status: 'delivery_failed'; category: RefusalCategory }
  | { status: 'unsupported_channel' }
  | InvalidIdentity;

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
  /** Gets the next access token, once. Present where refresh tokens are on. */
  refreshToken?: string;
  /** Until the person has to sign in again. */
  refreshExpiresInSeconds?: number;
}

export interface Valid extends IssuedToken {
  status: 'valid';
  /** The canonical identity, the `sub` of the token. */
  identity: string;
  purpose: string;
  tokenType: 'bearer';
}

/** What `verify` answers. */
export type VerifyResult =
  | Valid
  /** Not the code. `attemptsLeft` is null when what was typed cannot be a code, and nothing was counted. */
  | { status: 'invalid'; attemptsLeft: number | null }
  /** No code is pending: none was asked for, or it was used, replaced or has expired. */
  | { status: 'expired' }
  | { status: 'blocked'; retryAfterSeconds: number }
  | RateLimited
  | InvalidIdentity;

/** Null and the empty text are as good as leaving an option out, but for `ip`. */
export interface RequestOptions {
  /** Default: the first that is served and reaches the identity: email; sms, whatsapp or voice; custom. */
  channel?: Channel | null | undefined;
  /** What the code is for, one of the configured purposes. Default: the first of them. */
  purpose?: string | null | undefined;
  /** Make a code that can be verified only together with the challenge in the answer. Default false. */
  bind?: boolean | null | undefined;
  /** Send the code of this bound challenge again. */
  challenge?: string | null | undefined;
  /** The language of the message, BCP 47 or an Accept-Language list. One that is unknown gives the default. */
  locale?: string | null | undefined;
  /**
   * The caller's network address, for the address limit. Left out: not limited by address. Undefined, null or empty:
   * an address that got lost, and all of those share one budget.
   */
  ip?: string | null | undefined;
  /** Put a link beside the code into an e-mail, where links are on. Only the sign-in page can follow it. */
  link?: boolean | undefined;
}

/** Null and the empty text are as good as leaving an option out, but for `ip`. */
export interface VerifyOptions {
  /** The challenge that the request returned, for bound codes. */
  challenge?: string | null | undefined;
  /** What the code must be for. Default: the first of the configured purposes. */
  purpose?: string | null | undefined;
  /**
   * The caller's network address, for the address limit. Left out: not limited by address. Undefined, null or empty:
   * an address that got lost, and all of those share one budget.
   */
  ip?: string | null | undefined;
  /** The token is for a browser's cookie: renewed while in use, in place of a refresh token. Default false. */
  session?: boolean | undefined;
}
