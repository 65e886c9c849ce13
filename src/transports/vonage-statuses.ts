import type { Meaning } from '../core/refusal.js';

/** Every `status` but 0 (https://developer.vonage.com/en/api-errors/sms). */
export const vonageStatuses: Readonly<Record<string, Meaning>> = {
  1: 'rate_limited', // throttled
  2: 'rejected', // missing parameters
  3: 'rejected', // invalid parameters
  4: 'unauthorized', // invalid credentials
  5: 'unknown', // internal error while processing
  6: 'invalid_recipient', // unrecognised prefix
  7: 'invalid_recipient', // barred number
  8: 'unauthorized', // account suspended
  9: 'unauthorized', // no credit
  10: 'rate_limited', // too many connections
  11: 'unauthorized', // account not enabled
  12: 'rejected', // too long
  13: 'unavailable', // not submitted, since communication failed
  14: 'unauthorized', // invalid signature
  15: 'rejected', // invalid sender
  16: 'rejected', // invalid ttl
  19: 'rejected', // facility not allowed
  20: 'rejected', // invalid class
  22: 'invalid_recipient', // invalid network
  23: 'rejected', // invalid callback
  29: 'rejected', // a trial account sends only to listed numbers
  32: 'unauthorized', // signature and secret together
  33: 'invalid_recipient', // deactivated number
};
