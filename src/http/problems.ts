import type { AltchaChallenge } from '../core/human-check.js';
import type { LimitName } from '../core/policy.js';
import type { RefusalCategory } from '../core/refusal.js';
import type { ErrorCode } from '../errors.js';
import { type HttpReply, replyJson } from './reply.js';

/** The one table from code to status and title; the OpenAPI document is made from it too. */
export const problems: Record<ErrorCode, { status: number; title: string }> = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_identity: {
    status: 400,
    title: 'The identity is not a valid e-mail address, phone number or id',
  },
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
};

export type WireHumanCheck =
  | { provider: 'altcha'; challenge: AltchaChallenge }
  | { provider: 'turnstile'; site_key: string };

/** Members in addition to those of RFC 9457. */
export interface ProblemExtra {
  attempts_left?: number;
  retry_after_seconds?: number;
  limit?: LimitName;
  category?: RefusalCategory;
  human_check?: WireHumanCheck;
}

/** A problem (RFC 9457) with this code; `retry_after_seconds` is also sent as Retry-After. */
export function replyProblem(
  code: ErrorCode,
  detail: string,
  extra: ProblemExtra = {},
  headers: Record<string, string> = {},
): HttpReply {
  const { status, title } = problems[code];
  const type = `urn:stateless-otp:problem:${code}`;
  const body = { type, title, status, detail, success: false, code, ...extra };
  const wait = extra.retry_after_seconds;
  const retry = wait === undefined ? {} : { 'Retry-After': String(wait) };
  return replyJson(status, body, { 'Content-Type': 'application/problem+json', ...retry, ...headers });
}

export function replyNotFound(): HttpReply {
  return replyProblem('not_found', 'There is no such route; the API is under /api/v1');
}
