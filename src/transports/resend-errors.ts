import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/**
 * Resend's error names (https://resend.com/docs/api-reference/errors). Others are judged by the status, `validation_error`
 * too: it covers the key, the domain and the request.
 */
export const resendErrors: Readonly<Record<string, Meaning>> = {
  ...mean('unauthorized', 'missing_api_key', 'restricted_api_key', 'invalid_api_key', 'invalid_access'),
  ...mean('rate_limited', 'rate_limit_exceeded', 'daily_quota_exceeded', 'monthly_quota_exceeded'),
  ...mean('rejected', 'invalid_from_address', 'invalid_parameter', 'invalid_region', 'invalid_attachment'),
  ...mean('rejected', 'missing_required_field', 'invalid_idempotency_key', 'method_not_allowed'),
  ...mean('rejected', 'not_found', 'security_error'),
  // The same message is already being sent, or was sent with different content.
  ...mean(['unknown', 'recipient'], 'concurrent_idempotent_requests', 'invalid_idempotent_request'),
};
