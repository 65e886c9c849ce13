import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/**
 * Resend's error names (https://resend.com/docs/api-reference/errors). Others are judged by the status, `validation_error`
 * too: it covers the key, the domain and the request.
 */
export const resendErrors: Readonly<Record<string, Meaning>> = {
  ...mean('unauthorized', 'missing_api_key', 'restricted_api_key', 'invalid_api_key', 'invalid_access'),
  ...mean('rate_limited', 'rate_limit_exceeded', 'daily_quota_exceeded', 'monthly_quota_exceeded'),
  ...mean(
    'rejected',
    'invalid_from_address',
    'invalid_parameter',
    'invalid_region',
    'missing_required_field',
  ),
  ...mean('rejected', 'invalid_attachment', 'invalid_idempotency_key', 'method_not_allowed', 'not_found'),
  ...mean('rejected', 'security_error'),
  // The same message is already being sent, or was sent with different content.
  ...mean(['unknown', 'recipient'], 'concurrent_idempotent_requests', 'invalid_idempotent_request'),
};
