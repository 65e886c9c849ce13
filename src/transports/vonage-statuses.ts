import type { Meaning } from '../core/refusal.js';
import { mean } from './meanings.js';

/** Every `status` but 0 (https://developer.vonage.com/en/api-errors/sms). */
export const vonageStatuses: Readonly<Record<string, Meaning>> = {
  // An unrecognised prefix, a barred number, an invalid network, or a deactivated number.
  ...mean('invalid_recipient', 6, 7, 22, 33),
  // Invalid credentials or signature, or an account that is suspended, without credit or not enabled.
  ...mean('unauthorized', 4, 8, 9, 11, 14, 32),
  // Throttled, or too many connections.
  ...mean('rate_limited', 1, 10),
  // The parameters: missing or invalid ones, the length, sender, ttl, facility, class or callback.
  ...mean('rejected', 2, 3, 12, 15, 16, 19, 20, 23),
  // A trial account sends only to listed numbers.
  ...mean('rejected', 29),
  // An internal error while processing.
  ...mean('unknown', 5),
  // Not submitted, because communication failed.
  ...mean('unavailable', 13),
};
