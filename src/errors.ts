/**
 * Every error code of this package, in the library and on the wire, with what it says where nothing more precise is known:
 * the title of a problem. `http/problems.ts` maps each to a status.
 */
export const errorTitles = {
  invalid_request: 'The request is malformed',
  invalid_identity: 'The identity is not a valid e-mail address, phone number or id',
  unsupported_channel: 'The channel does not reach this identity',
  unsupported_country: 'No codes are sent to phone numbers of this country',
  unsupported_number: 'No codes are sent to this kind of phone number',
  unauthorized: 'Unknown API key',
  invalid_token: 'The token is invalid or has expired',
  forbidden: 'This identity is not allowed here',
  human_check_required: 'A human check is required',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  invalid_code: 'The code is wrong',
  expired_code: 'No code is pending: it was used, was replaced, has expired or was never requested',
  pending: 'A code has been sent and is still pending',
  blocked: 'No attempts are left for this code',
  rate_limited: 'Too many requests',
  delivery_failed: 'The code could not be delivered',
  overloaded: 'Too many messages are waiting to be sent',
  store_unavailable: 'The store is unavailable',
  internal: 'Internal server error',
} as const;

export type ErrorCode = keyof typeof errorTitles;

/**
 * Thrown only for broken infrastructure and misuse; outcomes that people can cause are returned as a `status`.
 * The message never holds a code, a token, a secret or an identity.
 */
export class OtpError extends Error {
  override readonly name = 'OtpError';
  readonly code: ErrorCode;

  /** @param message Default: the title of the code. */
  constructor(code: ErrorCode, message: string = errorTitles[code], options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
