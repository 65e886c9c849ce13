import { faultOf } from '../core/refusal.js';
import type { Accepted, RoutedReceipt, RoutedRefusal } from '../ports.js';
import type { Answered, Refused } from './delivery-outcomes.js';

export function pickAccepted({ transport, id }: RoutedReceipt & Accepted): Answered {
  return { transport, providerId: id };
}

/** How a send that was refused for good ended: it was given up, or no try succeeded while its code was valid. */
export function nameFailure({ isExpired }: RoutedRefusal): 'expired' | 'delivery_failed' {
  return isExpired ? 'expired' : 'delivery_failed';
}

export function pickRefusal(refusal: RoutedRefusal): Answered & Refused {
  const { transport, category, detail, cause = detail } = refusal;
  return { transport, category, fault: faultOf(refusal), cause, detail };
}
