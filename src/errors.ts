/**
 * Every error code of this package, with the status and the title of its problem on the wire (RFC 9457). The title is also
 * what an error says where nothing more precise is known.
 */
export const problems = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_identity: { status: 400, title: 'The identity is not a valid e-mail address, phone number or id' },
  unsupported_channel: { status: 400, title: 'The channel does not reach this identity' },
  unsupported_country: { status: 400, title: 'No codes are sent to phone numbers of this country' },
  unsupported_number: { status: 400, title: 'No codes are sent to this kind of phone number' },
  unauthorized: { status: 401, title: 'Unknown API key' },
  invalid_token: { status: 401, title: 'The token is invalid or has expired' },
  forbidden: { status: 403, title: 'This identity is not allowed here' },
  human_check_required: { status: 403, title: 'A human check is required' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  invalid_code: { status: 401, title: 'The code is wrong' },
  expired_code: {
    status: 410,
    title: 'No code is pending: it was used, was replaced, has expired or was never requested',
  },
  pending: { status: 409, title: 'A code has been sent and is still pending' },
  blocked: { status: 429, title: 'No attempts are left for this code' },
  rate_limited: { status: 429, title: 'Too many requests' },
  delivery_failed: { status: 502, title: 'The code could not be delivered' },
  overloaded: { status: 503, title: 'Too many messages are waiting to be sent' },
  store_unavailable: { status: 503, title: 'The store is unavailable' },
  internal: { status: 500, title: 'Internal server error' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof problems;

/**
 * Thrown only for broken infrastructure and misuse; outcomes that people can cause are returned as a `status`.
 * The message never holds a code, a token, a secret or an identity.
 */
export class OtpError extends Error {
  override readonly name = 'OtpError';
  readonly code: ErrorCode;

  /** @param message Default: the title of the code. */
  constructor(code: ErrorCode, message: string = problems[code].title, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
