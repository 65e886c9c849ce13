import type { LimitName } from '../core/policy.js';
import type { RateLimited } from '../results.js';

/** In whole seconds, at least 1, for a `Retry-After` header. */
export function toRetrySeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

export function rateLimited(limit: LimitName, retryAfterMs: number): RateLimited {
  return { status: 'rate_limited', limit, retryAfterSeconds: toRetrySeconds(retryAfterMs) };
}
