import type { PhoneKind } from './phone-place.js';
import type { Channel } from './policy.js';

/** Numbers that cost the caller, forward to somewhere else, or belong to no person. */
const neverSentTo: ReadonlySet<PhoneKind> = new Set<PhoneKind>([
  'premium_rate',
  'shared_cost',
  'toll_free',
  'personal',
  'pager',
  'uan',
  'voicemail',
  'international',
]);

/** Whether a channel may be used for a kind of number: a fixed line shows no SMS, but can be called. */
export function mayReach(kind: PhoneKind, channel: Channel): boolean {
  return !neverSentTo.has(kind) && !(kind === 'fixed' && channel === 'sms');
}
