import type { AltchaChallenge } from '../core/human-check.js';
import type { LimitName } from '../core/policy.js';
import type { RefusalCategory } from '../core/refusal.js';
import { type ErrorCode, problems } from '../errors.js';
import { type HttpReply, replyJson } from './reply.js';

export { problems };

export type WireHumanCheck =
  | { provider: 'altcha'; challenge: AltchaChallenge }
  | { provider: 'turnstile'; site_key: string };

/** Members in addition to those of RFC 9457. */
export interface ProblemExtra {
  /** Instead of the status of the code. */
  status?: 415;
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
  return replyJson(body.status, body, { 'Content-Type': 'application/problem+json', ...retry, ...headers });
}

/** RFC 9110 §15.5.16 gives a content coding a status of its own, and RFC 7694 §3 the header. */
export function replyCompressedBody(detail: string): HttpReply {
  return replyProblem('invalid_request', detail, { status: 415 }, { 'Accept-Encoding': 'identity' });
}

export function replyNotFound(): HttpReply {
  return replyProblem('not_found', 'There is no such route; the API is under /api/v1');
}
