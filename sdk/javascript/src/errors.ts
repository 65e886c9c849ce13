/** Error codes of the service; see the table in the documentation of its HTTP API. */
export type ServiceErrorCode =
  | 'invalid_request'
  | 'invalid_identity'
  | 'unsupported_channel'
  | 'unsupported_country'
  | 'unsupported_number'
  | 'unauthorized'
  | 'forbidden'
  | 'human_check_required'
  | 'invalid_code'
  | 'invalid_token'
  | 'not_found'
  | 'method_not_allowed'
  | 'pending'
  | 'expired_code'
  | 'blocked'
  | 'rate_limited'
  | 'internal'
  | 'delivery_failed'
  | 'overloaded'
  | 'store_unavailable';

/**
 * Error codes of the client, when the service did not answer:
 *
 * - `timeout`: no complete answer within `timeoutMs`. The call may or may not have been carried out.
 * - `network_error`: no connection, a broken one, or an answer that the browser hides from this origin.
 * - `unexpected_answer`: the answer does not follow the protocol; it may come from a proxy.
 * - `aborted`: the call's signal was aborted.
 */
export type FaultCode = 'timeout' | 'network_error' | 'unexpected_answer' | 'aborted';

/** A newer service may return other codes. */
export type OTPErrorCode = ServiceErrorCode | FaultCode | (string & {});

/** As the service sends it: a puzzle of ALTCHA, version 2, or the site key of Cloudflare Turnstile. */
export type HumanCheck =
  | { provider: 'altcha'; challenge: Puzzle }
  | { provider: 'turnstile'; site_key: string };

/** A puzzle of ALTCHA. Its solution is base64 of JSON: `{ challenge, solution: { counter, derivedKey } }`. */
export interface Puzzle {
  parameters: { nonce: string; salt: string; cost: number; keyPrefix: string; [member: string]: unknown };
  signature: string;
}

export interface OTPErrorDetails {
  status?: number | null;
  attemptsLeft?: number | null;
  retryAfterSeconds?: number | null;
  humanCheck?: HumanCheck | null;
  cause?: unknown;
}

/** The only error that calls reject with. Its message holds no code, token or identity. */
export class OTPError extends Error {
  override readonly name = 'OTPError';
  readonly code: OTPErrorCode;
  /** HTTP status of the answer; null without an answer. */
  readonly status: number | null;
  /** With `invalid_code`: remaining attempts. Otherwise null. */
  readonly attemptsLeft: number | null;
  /** How long to wait, if known. Otherwise null. */
  readonly retryAfterSeconds: number | null;
  /** With `human_check_required`: what to solve. Otherwise null. */
  readonly humanCheck: HumanCheck | null;

  constructor(code: OTPErrorCode, message: string, details: OTPErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.attemptsLeft = details.attemptsLeft ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.humanCheck = details.humanCheck ?? null;
  }
}
