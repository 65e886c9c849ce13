import { type Meaning, mean } from './refusal.js';

/**
 * Resend's error names (https://resend.com/docs/api-reference/errors). `validation_error` is left to its status: it is
 * the key, the domain or the request. Any other is judged by the status of the answer too.
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
  // This same message is on its way already, or was before with other words.
  ...mean(['unknown', 'recipient'], 'concurrent_idempotent_requests', 'invalid_idempotent_request'),
};
