/**
 * Every error code of this package, in the library and on the wire. `http/problems.ts` maps each to a status and a title.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_identity'
  | 'unsupported_channel'
  | 'unsupported_country'
  | 'unsupported_number'
  | 'unauthorized'
  | 'invalid_token'
  | 'forbidden'
  | 'human_check_required'
  | 'not_found'
  | 'method_not_allowed'
  | 'invalid_code'
  | 'expired_code'
  | 'pending'
  | 'blocked'
  | 'rate_limited'
  | 'delivery_failed'
  | 'overloaded'
  | 'store_unavailable'
  | 'internal';

/**
 * Thrown only for broken infrastructure and misuse; outcomes that people can cause are returned as a `status`.
 * The message never holds a code, a token, a secret or an identity.
 */
export class OtpError extends Error {
  override readonly name = 'OtpError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
