/** What the service answers; each is explained in the table of its HTTP API. */
export type ServiceErrorCode =
  | 'invalid_request'
  | 'invalid_identity'
  | 'unsupported_channel'
  | 'unauthorized'
  | 'forbidden'
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
 * What the client says when there was no answer of the service:
 *
 * - `timeout`: no whole answer within `timeoutMs`. It is not known whether the call was carried out.
 * - `network_error`: no connection, one that broke off, or an answer that the browser does not show to this origin.
 * - `unexpected_answer`: something answered that does not speak this protocol, such as a proxy.
 * - `aborted`: the signal of the call ended it.
 */
export type FaultCode = 'timeout' | 'network_error' | 'unexpected_answer' | 'aborted';

/** A service that is newer than this client may answer codes that are not listed here. */
export type OTPErrorCode = ServiceErrorCode | FaultCode | (string & {});

export interface OTPErrorDetails {
  status?: number | null;
  attemptsLeft?: number | null;
  retryAfterSeconds?: number | null;
  cause?: unknown;
}

/** The one error that the calls of a client reject with. Its message holds no code, token or identity. */
export class OTPError extends Error {
  override readonly name = 'OTPError';
  readonly code: OTPErrorCode;
  /** HTTP status of the answer; null when there was none. */
  readonly status: number | null;
  /** With `invalid_code`: attempts that the code has left. Otherwise null. */
  readonly attemptsLeft: number | null;
  /** How long to wait, where that is known. Otherwise null. */
  readonly retryAfterSeconds: number | null;

  constructor(code: OTPErrorCode, message: string, details: OTPErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? null;
    this.attemptsLeft = details.attemptsLeft ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}
